/**
 * node:sqlite in the form that Kysely's SQLite dialect expects, and what two processes on one file need:
 * write transactions take the lock at once (BEGIN IMMEDIATE) and wait for it without blocking the thread.
 * Used by sqlite.ts only.
 */
import type { DatabaseSync, SQLInputValue } from 'node:sqlite'
import { setTimeout as sleep } from 'node:timers/promises'
import {
  CompiledQuery,
  type DatabaseConnection,
  type Dialect,
  SqliteAdapter,
  type SqliteDatabase,
  SqliteDriver,
  SqliteIntrospector,
  SqliteQueryCompiler,
  type SqliteStatement,
} from 'kysely'
import { LanternError } from '../../model/errors.ts'

/** How long between two attempts to take the lock, ms. */
const pause = 5

/** `lockWait`: how long a transaction waits for that of another process before it fails, ms. */
export function sqliteDialect(options: { database: DatabaseSync; lockWait: number }): Dialect {
  return {
    createAdapter: () => new TransactionalDdlAdapter(),
    createDriver: () => new ImmediateDriver(options),
    createIntrospector: (db) => new SqliteIntrospector(db),
    createQueryCompiler: () => new SqliteQueryCompiler(),
  }
}

/** SQLite does allow DDL in transactions; Kysely's own adapter only says that it does not. */
class TransactionalDdlAdapter extends SqliteAdapter {
  override get supportsTransactionalDdl(): boolean {
    return true
  }
}

class ImmediateDriver extends SqliteDriver {
  readonly #database: DatabaseSync
  readonly #lockWait: number

  constructor(options: { database: DatabaseSync; lockWait: number }) {
    super({ database: kyselyDatabase(options.database) })
    this.#database = options.database
    this.#lockWait = options.lockWait
  }

  override async beginTransaction(): Promise<void> {
    await whenFree(() => this.#database.exec('begin immediate'), this.#lockWait)
  }

  override async rollbackTransaction(connection: DatabaseConnection): Promise<void> {
    // After a full disk or a read error SQLite has rolled back by itself already.
    if (this.#database.isTransaction) await connection.executeQuery(CompiledQuery.raw('rollback'))
  }
}

/** Runs something again and again, with the thread free in between, until no other process is in its way. */
export async function whenFree(run: () => void, wait: number): Promise<void> {
  for (const deadline = performance.now() + wait; ; await sleep(pause))
    try {
      run()
      return
    } catch (error) {
      if (primaryCode(error) !== sqliteBusy || performance.now() >= deadline) throw storeError(error)
    }
}

/** Statements that are kept prepared; the longer ones, over many rows, are rarely the same twice. */
const maxStatements = 200
const maxKeptLength = 2000

function kyselyDatabase(database: DatabaseSync): SqliteDatabase {
  const kept = new Map<string, SqliteStatement>()

  function prepare(sql: string): SqliteStatement {
    const statement = attempt(() => database.prepare(sql))
    return {
      reader: statement.columns().length > 0,
      all: (parameters) => attempt(() => statement.all(...parameters.map(bindable))),
      run: (parameters) => attempt(() => statement.run(...parameters.map(bindable))),
      iterate: (parameters) => statement.iterate(...parameters.map(bindable)),
    }
  }

  return {
    close: () => database.close(),
    prepare(sql) {
      const statement = kept.get(sql) ?? prepare(sql)
      if (sql.length > maxKeptLength) return statement
      // The one that was used last goes to the end; the first is the one not used for the longest.
      kept.delete(sql)
      kept.set(sql, statement)
      const [oldest] = kept.keys()
      if (kept.size > maxStatements && oldest !== undefined) kept.delete(oldest)
      return statement
    },
  }
}

function bindable(value: unknown): SQLInputValue {
  if (value === null || typeof value === 'string' || typeof value === 'number' || typeof value === 'bigint')
    return value
  throw new TypeError(`SQLite cannot bind ${typeof value}`)
}

const sqliteBusy = 5
/** Locked, read-only, I/O error, corrupt, full, cannot open, not a database: the file's trouble, not the caller's. */
const fileTrouble = new Set([sqliteBusy, 6, 8, 10, 11, 13, 14, 26])

/** Runs something on the database; trouble with the file becomes `store-unavailable`. */
export function attempt<T>(run: () => T): T {
  try {
    return run()
  } catch (error) {
    throw storeError(error)
  }
}

function storeError(error: unknown): unknown {
  const code = primaryCode(error)
  if (code === undefined || !fileTrouble.has(code)) return error
  const detail = error instanceof Error ? error.message : String(error)
  return new LanternError('store-unavailable', `the registry's file cannot be used now: ${detail}`, {
    cause: error,
  })
}

/** SQLite's primary result code; the higher bits of an extended code say more than is needed here. */
function primaryCode(error: unknown): number | undefined {
  return error instanceof Error && 'errcode' in error && typeof error.errcode === 'number'
    ? error.errcode & 0xff
    : undefined
}
