/** The newest state of every camera, as a source for the queries of the cameras' dashboard. */
import { from, grouped, lately, whereChosen } from './influxql.ts'

/** Each camera once, with its newest state; `gone`: it has left, or stands elsewhere now. Further conditions may follow. */
export const everyCamera = (fields: readonly string[], ...by: readonly string[]) => {
  const newest = ['fault', ...fields].map((field) => `last("${field}") AS "${field}"`).join(', ')
  return `(SELECT ${newest} FROM ${from('device')} WHERE "kind" = 'camera' AND ${whereChosen} AND ${lately()} ${grouped('device', ...by)}) WHERE "fault" != 'gone'`
}
