/**
 * A process that writes to a SQLite registry, for the tests that need a second one: adds batches of five
 * devices, sends the ids of each batch to its parent once they are kept, and ends after the given number of
 * batches or when its parent sends it anything. Started by registry.sqlite.test.ts.
 */
import { setImmediate as breathe } from 'node:timers/promises'
import { createSqliteRegistry } from '../stores/registry/sqlite.ts'
import { newDevice } from './registry-examples.ts'

const [file = '', name = '', batches = '0'] = process.argv.slice(2)
let wanted = Number(batches)
process.once('message', () => {
  wanted = 0
})

const registry = createSqliteRegistry({ file })
await registry.start()
for (let batch = 0; batch < wanted; batch++) {
  const devices = Array.from({ length: 5 }, (_, index) => newDevice(`${name}-${batch}-${index}`))
  const kept = await registry.addDevices(devices, 1)
  process.send?.(kept.map(({ id }) => id))
  await breathe()
}
await registry.stop()
process.disconnect?.()
