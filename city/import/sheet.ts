/**
 * What every kind of city file is turned into first: a sheet of rows with named columns. Made by csv.ts and
 * geojson.ts, read by tables.ts, so that the checks know nothing of the forms of files.
 */
export interface Sheet {
  readonly file: string
  /** The names of the columns, in lower case. */
  readonly columns: readonly string[]
  readonly rows: readonly SheetRow[]
  /** What a column is called in a fault: "column latitude", "property name", "geometry". */
  label(column: string): string
}

export interface SheetRow {
  /** Where it stands, as its user counts: "row 17" of a spreadsheet, "feature 3" of GeoJSON. */
  readonly at: string
  /** What stands in it, by column; an empty cell is the empty text. */
  readonly cells: Readonly<Record<string, unknown>>
}
