/**
 * The first form of the registry's tables, with an index for every query. Called by the migrator, once.
 */
import type { Kysely } from 'kysely'
import type { Schema } from '../schema.ts'

export async function up(db: Kysely<Schema>): Promise<void> {
  const { schema } = db
  await schema
    .createTable('counter')
    .addColumn('id', 'integer', (column) => column.primaryKey())
    .addColumn('city', 'bigint', (column) => column.notNull())
    .addColumn('devices', 'bigint', (column) => column.notNull())
    .addColumn('states', 'bigint', (column) => column.notNull())
    .addColumn('rejections', 'bigint', (column) => column.notNull())
    .addColumn('serials', 'integer', (column) => column.notNull())
    .addColumn('position', 'bigint', (column) => column.notNull())
    .execute()
  await db
    .insertInto('counter')
    .values({ id: 1, city: 0, devices: 0, states: 0, rejections: 0, serials: 0, position: 0 })
    .execute()

  await schema
    .createTable('area')
    .addColumn('code', 'text', (column) => column.primaryKey())
    .addColumn('name', 'text', (column) => column.notNull())
    .addColumn('level', 'text', (column) => column.notNull())
    .addColumn('parent', 'text')
    .addColumn('population', 'bigint')
    .addColumn('boundary', 'text')
    // Deferred, because the areas of a city may come in any order.
    .addForeignKeyConstraint('area_parent', ['parent'], 'area', ['code'], (constraint) =>
      constraint.deferrable().initiallyDeferred(),
    )
    .execute()
  // For the check of that constraint when areas are removed.
  await schema.createIndex('area_by_parent').on('area').column('parent').execute()

  await schema
    .createTable('place')
    .addColumn('id', 'text', (column) => column.primaryKey())
    .addColumn('name', 'text', (column) => column.notNull())
    .addColumn('type', 'text', (column) => column.notNull())
    .addColumn('area', 'text', (column) => column.notNull().references('area.code'))
    .addColumn('longitude', 'double precision', (column) => column.notNull())
    .addColumn('latitude', 'double precision', (column) => column.notNull())
    .execute()

  await schema
    .createTable('device')
    .addColumn('serial', 'integer', (column) => column.primaryKey())
    .addColumn('id', 'text', (column) => column.notNull().unique())
    .addColumn('kind', 'text', (column) => column.notNull())
    .addColumn('place', 'text', (column) => column.notNull().references('place.id'))
    .addColumn('name', 'text')
    .addColumn('status', 'text', (column) => column.notNull())
    .addColumn('reporting_interval_seconds', 'integer', (column) => column.notNull())
    .addColumn('longitude', 'double precision')
    .addColumn('latitude', 'double precision')
    .addColumn('simulated', 'integer', (column) => column.notNull())
    .addColumn('created_at', 'bigint', (column) => column.notNull())
    .addColumn('changed_at', 'bigint', (column) => column.notNull())
    .addColumn('token_hash', 'text', (column) => column.notNull())
    .addColumn('version', 'bigint', (column) => column.notNull().unique())
    .execute()

  await schema
    .createTable('device_state')
    .addColumn('serial', 'integer', (column) =>
      column.primaryKey().references('device.serial').onDelete('cascade'),
    )
    .addColumn('heard_at', 'bigint')
    .addColumn('observed_at', 'bigint')
    .addColumn('received_at', 'bigint')
    .addColumn('faults', 'text', (column) => column.notNull())
    .addColumn('reading', 'text', (column) => column.notNull())
    .addColumn('online', 'integer')
    .addColumn('online_changed_at', 'bigint')
    .addColumn('version', 'bigint', (column) => column.notNull().unique())
    .execute()
  await schema
    .createTable('device_status')
    .addColumn('serial', 'integer', (column) =>
      column.primaryKey().references('device.serial').onDelete('cascade'),
    )
    .addColumn('payload', 'text', (column) => column.notNull())
    .execute()

  await schema
    .createTable('api_key')
    .addColumn('id', 'text', (column) => column.primaryKey())
    .addColumn('name', 'text', (column) => column.notNull())
    .addColumn('role', 'text', (column) => column.notNull())
    .addColumn('hash', 'text', (column) => column.notNull())
    .addColumn('created_at', 'bigint', (column) => column.notNull())
    .addColumn('revoked_at', 'bigint')
    .execute()

  await schema
    .createTable('rejection')
    .addColumn('device', 'text', (column) => column.notNull())
    .addColumn('reason', 'text', (column) => column.notNull())
    .addColumn('id', 'bigint', (column) => column.notNull().unique())
    .addColumn('detail', 'text', (column) => column.notNull())
    .addColumn('sample', 'text', (column) => column.notNull())
    .addColumn('count', 'bigint', (column) => column.notNull())
    .addColumn('first_at', 'bigint', (column) => column.notNull())
    .addColumn('last_at', 'bigint', (column) => column.notNull())
    .addPrimaryKeyConstraint('rejection_of_device', ['device', 'reason'])
    .execute()
  await schema.createIndex('rejection_by_device').on('rejection').columns(['device', 'id']).execute()
  await schema.createIndex('rejection_by_reason').on('rejection').columns(['reason', 'id']).execute()
}
