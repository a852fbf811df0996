/**
 * The devices of the demonstration city, from the plan of each place: ids, names, positions, intervals.
 * Called by demonstration.ts. An id says what it is and where: `cam-25741-012` is the twelfth camera of
 * commune 25741; `cnt-` counts traffic, `env-` measures air and noise, `wat-` measures water.
 */
import type { DeviceInput } from '../model/device.ts'
import type { Place } from '../model/place.ts'
import type { Random } from '../model/random.ts'
import type { PlaceEquipment } from './device-plan.ts'
import { near } from './scatter.ts'

const directions = ['hướng Bắc', 'hướng Nam', 'hướng Đông', 'hướng Tây']
const viewpoints = ['cổng chính', 'cổng phụ', 'bãi xe', 'sảnh chính', 'sân trước', 'hàng rào phía sau']

/** The devices of one commune's places, numbered over the commune. */
export function devicesOf(
  commune: string,
  places: readonly Place[],
  plan: ReadonlyMap<string, PlaceEquipment>,
  random: Random,
): DeviceInput[] {
  const counts = new Map<string, number>()
  const nextId = (prefix: string) => {
    const number = (counts.get(prefix) ?? 0) + 1
    counts.set(prefix, number)
    return `${prefix}-${commune}-${String(number).padStart(3, '0')}`
  }

  return places.flatMap((place) => {
    const { cameras = 0, counters = 0, airSensors = 0, waterSensors = 0 } = plan.get(place.id) ?? {}
    const chance = random.fork(place.id)
    const views = place.type === 'crossing' ? directions : viewpoints
    const device = (
      prefix: string,
      kind: DeviceInput['kind'],
      name: string,
      reportingIntervalSeconds: number,
    ): DeviceInput => ({
      id: nextId(prefix),
      kind,
      place: place.id,
      name: `${name}, ${place.name}`,
      status: 'commissioned',
      reportingIntervalSeconds,
      ...near(place, 40, chance),
      simulated: true,
    })
    const several = (number: number, make: (index: number) => DeviceInput) =>
      Array.from({ length: number }, (_, index) => make(index))

    return [
      ...several(cameras, (i) => device('cam', 'camera', `Camera ${views[i % views.length]}`, 60)),
      ...several(counters, (i) => device('cnt', 'traffic_counter', `Đếm xe ${directions[i % 4]}`, 60)),
      ...several(airSensors, () =>
        device('env', 'street_sensor', 'Cảm biến không khí và tiếng ồn', chance.pick([60, 60, 120, 300])),
      ),
      ...several(waterSensors, () =>
        device('wat', 'street_sensor', 'Cảm biến mực nước', chance.pick([60, 120])),
      ),
    ]
  })
}
