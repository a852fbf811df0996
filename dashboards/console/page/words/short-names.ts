/** Names of areas for where there is little room: beside a small line of the streets, and on the map. */

const kindOfArea = /^(Thành phố|Thị xã|Thị trấn|Huyện|Quận|Phường|Xã|Đặc khu) (?=\p{L})/u

/** Names without what kind of area they are, where they can still be told apart. */
export function shortNames(names: readonly string[]): Map<string, string> {
  const short = names.map((name) => name.replace(kindOfArea, ''))
  return new Map(
    names.map((name, index) => {
      const candidate = short[index] ?? name
      const isAlone = short.indexOf(candidate) === short.lastIndexOf(candidate)
      return [name, isAlone ? candidate : name]
    }),
  )
}
