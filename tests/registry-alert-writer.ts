/**
 * A process that opens and clears the same alerts as another one at the same time, for the tests that need two: sends
 * the ids of the steps of each batch to its parent once they are kept, and ends when its parent sends it anything.
 * Started by registry.alerts.test.ts.
 */
import { setImmediate as breathe } from 'node:timers/promises'
import { createSqliteRegistry } from '../stores/registry/sqlite.ts'
import { contested } from './alert-examples.ts'

const [file = ''] = process.argv.slice(2)
let going = true
process.once('message', () => {
  going = false
})

const registry = createSqliteRegistry({ file })
await registry.start()
for (let round = 0; going; round++) {
  const taken = await registry.changeAlerts(contested(round), round)
  process.send?.(taken.map(({ step }) => step.id))
  await breathe()
}
await registry.stop()
process.disconnect?.()
