/**
 * Turns readings into DuckDB data chunks, column by column, for an appender: the inner loop of the hot path.
 * It fills typed arrays and copies each into its vector at once, with the calls that the high-level
 * vectors are made of: measured at 0.16 µs a reading against 0.5 µs through `setItem`, which works with BigInt.
 */
import { BIGINT, BOOLEAN, DOUBLE, type DuckDBAppender, DuckDBDataChunk, INTEGER } from '@duckdb/node-api'
import duckdb from '@duckdb/node-bindings'
import type { Reading } from '../../../model/reading.ts'
import type { Column, Layout } from './layout.ts'

/** The rows of one chunk: the size of DuckDB's vectors. */
const chunkRows = duckdb.vector_size()
const validityBytes = Math.ceil(chunkRows / 64) * 8
const types = { INTEGER, BIGINT, DOUBLE, BOOLEAN }
const twoTo32 = 2 ** 32

/** Puts rows `from` … `from + rows` of the readings into a vector. */
type Fill = (readings: readonly Reading[], from: number, rows: number) => void

export interface ColumnWriter {
  /** Appends readings of its kind. Raises on what is not a whole number where one must be, before any row. */
  write(readings: readonly Reading[], appender: DuckDBAppender): void
}

export function createColumnWriter(layout: Layout): ColumnWriter {
  const raw = duckdb.create_data_chunk(
    layout.columns.map((column) => types[column.type].toLogicalType().logical_type),
  )
  const chunk = new DuckDBDataChunk(raw)
  const fills = layout.columns.map((column, index) =>
    createFill(column, duckdb.data_chunk_get_vector(raw, index)),
  )
  return {
    write(readings, appender) {
      for (const reading of readings) assertStorable(reading)
      for (let from = 0; from < readings.length; from += chunkRows) {
        const rows = Math.min(chunkRows, readings.length - from)
        duckdb.data_chunk_reset(raw)
        duckdb.data_chunk_set_size(raw, rows)
        for (const fill of fills) fill(readings, from, rows)
        appender.appendDataChunk(chunk)
      }
    },
  }
}

function assertStorable({ serial, observedAt, receivedAt }: Reading): void {
  if ((serial | 0) !== serial || !Number.isSafeInteger(observedAt) || !Number.isSafeInteger(receivedAt))
    throw new RangeError(
      `serial ${serial}, observedAt ${observedAt}, receivedAt ${receivedAt}: not whole numbers`,
    )
}

function createFill(column: Column, vector: duckdb.Vector): Fill {
  if (column.name === 'serial') {
    const items = new Int32Array(chunkRows)
    return (readings, from, rows) => {
      for (let row = 0; row < rows; row++) items[row] = readings[from + row]?.serial ?? 0
      duckdb.copy_data_to_vector(vector, 0, items.buffer, 0, rows * 4)
    }
  }
  if (column.name === 'observed_at') return createWholeFill(vector, (reading) => reading.observedAt)
  if (column.name === 'delay')
    return createWholeFill(vector, (reading) => reading.receivedAt - reading.observedAt)
  return createFieldFill(column, vector)
}

/** 64-bit whole numbers, written as two halves because a BigInt for each costs an allocation. */
function createWholeFill(vector: duckdb.Vector, numberOf: (reading: Reading) => number): Fill {
  const halves = new Uint32Array(chunkRows * 2)
  return (readings, from, rows) => {
    for (let row = 0; row < rows; row++) {
      const reading = readings[from + row]
      const value = reading ? numberOf(reading) : 0
      halves[row * 2] = value
      halves[row * 2 + 1] = Math.floor(value / twoTo32)
    }
    duckdb.copy_data_to_vector(vector, 0, halves.buffer, 0, rows * 8)
  }
}

function createFieldFill(column: Column, vector: duckdb.Vector): Fill {
  const items = column.type === 'BOOLEAN' ? new Uint8Array(chunkRows) : new Float64Array(chunkRows)
  const valid = new Uint32Array(validityBytes / 4)
  const { name } = column
  return (readings, from, rows) => {
    valid.fill(0xffffffff)
    let absent = false
    for (let row = 0; row < rows; row++) {
      const value = readings[from + row]?.values[name]
      if (value === undefined) {
        absent = true
        valid[row >>> 5] = (valid[row >>> 5] ?? 0) & ~(1 << (row & 31))
      } else items[row] = Number(value)
    }
    duckdb.copy_data_to_vector(vector, 0, items.buffer, 0, rows * items.BYTES_PER_ELEMENT)
    if (!absent) return
    duckdb.vector_ensure_validity_writable(vector)
    duckdb.copy_data_to_vector_validity(vector, 0, valid.buffer, 0, validityBytes)
  }
}
