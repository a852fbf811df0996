/** What two spellings of a word have in common, for searching: "thu dau mot" finds Thủ Dầu Một. */

/** Without marks and capitals. */
export function plainly(text: string): string {
  return text.normalize('NFD').replaceAll(/\p{M}/gu, '').replaceAll(/[đĐ]/g, 'd').toLowerCase()
}
