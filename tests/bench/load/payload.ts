/**
 * What the load generator sends: a real reading of a camera, a traffic counter or a street sensor, of one
 * fixed length per device, in which only the time and a few digits change from message to message. Each
 * message has times of its own, so that every acknowledged reading can be counted in the store afterwards.
 */
import { type KindName, kindNames } from '../../../model/kinds.ts'

/** A message body of fixed length that is changed in place. */
export interface Payload {
  readonly bytes: Buffer
  /** Makes `target`, which holds `bytes` from `offset` on, the message with sequence number `n` (0, 1, 2 …). */
  fill(target: Buffer, offset: number, n: number): void
}

// `@` stands for the 13 digits of the time, each `#` for a digit that varies.
const texts: Record<KindName, string> = {
  camera:
    '{"observedAt":@,"recording":true,"videoLoss":false,"tampered":false,"frozen":false,"fps":2#,"bitrateKbps":20##,"storageUsedShare":0.4##,"peopleCount":1#}',
  traffic_counter:
    '{"observedAt":@,"intensity":4#,"intervalSeconds":60,"averageVehicleSpeed":3#.#,"occupancy":0.1#,"motorcycles":37,"cars":2,"buses":0,"trucks":1}',
  street_sensor:
    '{"observedAt":@,"pm25":3#.#,"pm10":5#.#,"no2":2#.#,"o3":41.7,"temperature":31.#,"relativeHumidity":0.6#,"LAeq":67.#,"batteryLevel":0.91}',
}

/** The kind of the device with that index, when a load shall have all kinds in turn. */
export function kindInTurn(index: number): KindName {
  return kindNames[index % kindNames.length] ?? 'camera'
}

function writeTime(target: Buffer, at: number, time: number): void {
  // Two halves, so that each fits the fast whole-number arithmetic.
  let high = Math.floor(time / 1e6)
  let low = time - high * 1e6
  for (let digit = 12; digit >= 7; digit--) {
    target[at + digit] = 48 + (low % 10)
    low = (low / 10) | 0
  }
  for (let digit = 6; digit >= 0; digit--) {
    target[at + digit] = 48 + (high % 10)
    high = (high / 10) | 0
  }
}

/**
 * The readings of one device: message `n` carries `batch` readings (an array if more than one), the
 * `j`-th of them observed at `firstObservedAt + (n × batch + j) × stepMs`.
 */
export function readingPayload(options: {
  kind: KindName
  /** Epoch ms, 13 digits. */
  firstObservedAt: number
  stepMs: number
  batch: number
}): Payload {
  const { kind, firstObservedAt, stepMs, batch } = options
  const one = texts[kind].replace('@', '1000000000000')
  const bytes = Buffer.from(batch === 1 ? one : `[${Array(batch).fill(one).join(',')}]`)
  const stride = one.length + 1
  const first = batch === 1 ? 0 : 1
  const timeAt = texts[kind].indexOf('@')
  const digitsAt = [...one].flatMap((character, at) => (character === '#' ? [at] : []))

  return {
    bytes,
    fill(target, offset, n) {
      for (let j = 0; j < batch; j++) {
        const at = offset + first + j * stride
        const reading = n * batch + j
        writeTime(target, at + timeAt, firstObservedAt + reading * stepMs)
        let noise = Math.imul(reading + 1, 0x9e3779b1) >>> 0
        for (const digitAt of digitsAt) {
          target[at + digitAt] = 48 + (noise % 10)
          noise = (noise / 10) | 0
        }
      }
    },
  }
}
