/**
 * The points of places and devices: goes through the city, asks the ledgers what is due, and writes it some hundred points
 * at a time. A round that breaks off is simply continued by the next, since only what was stored counts as written.
 *
 * A device or place that has left (decommissioned, moved, renamed, another city) gets one last point in its old series, a
 * millisecond before the minute, that says so; otherwise its last word would go on counting as healthy.
 */
import { countsForCoverage, type DeviceState, faultsNow } from '../../model/coverage.ts'
import { levelTags, type Point } from '../../model/measurements.ts'
import type { Place } from '../../model/place.ts'
import type { WholeCity } from '../../stores/registry/city-view/whole.ts'
import type { PointSink } from '../../stores/telemetry/port.ts'
import { createLedger } from './ledger.ts'
import {
  type DeviceTags,
  devicePoint,
  goneDevice,
  gonePlace,
  labelOf,
  type PlaceTags,
  placePoint,
} from './points.ts'
import type { Slices } from './slices.ts'

/** Points of one request: making and writing so many takes the thread about 2 ms. */
const pointsPerWrite = 250

/** What one round goes by. */
export interface Round {
  readonly city: WholeCity
  /** The minute, and the moment that decides who is silent, epoch ms. */
  readonly at: number
  readonly now: number
  readonly slices: Slices
}

export interface Evidence {
  /** Writes what is due. Rejects with the sink's error; resolves with the store's words for points that it refused. */
  write(round: Round): Promise<string[]>
}

interface Names {
  readonly place: Place
  readonly areas: ReturnType<WholeCity['areasOf']>
  /** What the place's own series and those of its devices have in common. */
  readonly ofPlace: Readonly<Record<'place' | 'place_name' | 'place_type', string> & Record<string, string>>
  readonly tags: PlaceTags
  readonly devices: Map<string, DeviceTags>
}

export function createEvidence(options: {
  points: PointSink
  state: (serial: number) => DeviceState | undefined
}): Evidence {
  const { state } = options
  const places = createLedger<PlaceTags>()
  const devices = createLedger<DeviceTags>()
  /** Of each place, by id: the same objects as long as no tag changes, so that the ledgers can tell by identity. */
  const named = new Map<string, Names>()

  function namesOf(place: Place, areas: Names['areas']): Names {
    const known = named.get(place.id)
    if (known?.place === place && known.areas === areas) return known
    const { id, name, type } = place
    const ofPlace = { ...levelTags(areas), place: id, place_name: name, place_type: type }
    const tags = { ...ofPlace, label: labelOf(name, id) }
    const same = known && JSON.stringify(known.tags) === JSON.stringify(tags)
    const names = same ? { ...known, place, areas } : { place, areas, ofPlace, tags, devices: new Map() }
    named.set(id, names)
    return names
  }

  function deviceTags({ ofPlace, devices }: Names, device: string, kind: string): DeviceTags {
    const key = `${kind} ${device}`
    const tags = devices.get(key) ?? { ...ofPlace, device, kind }
    devices.set(key, tags)
    return tags
  }

  /** Sends what is due in portions; what was stored is noted in the ledgers. */
  function createOutbox() {
    const words: string[] = []
    let points: Point[] = []
    let notes: (() => void)[] = []
    return {
      words,
      isFull: () => points.length >= pointsPerWrite,
      add(point: Point, note: () => void) {
        points.push(point)
        notes.push(note)
      },
      async send() {
        const [sent, noted] = [points, notes]
        points = []
        notes = []
        if (sent.length === 0) return
        words.push(...(await options.points.write(sent)).slice(0, 1))
        for (const note of noted) note()
      },
    }
  }
  type Outbox = ReturnType<typeof createOutbox>

  function lookAtPlace(number: number, { city, at, now }: Round, outbox: Outbox): void {
    const place = city.places[number]
    if (!place) return
    const names = namesOf(place, city.areasOf(number))
    const cameras = { cameras: 0, healthy: 0 }
    for (const device of city.devicesOf(number)) {
      if (device.status !== 'commissioned') continue
      const { id, kind, serial } = device
      const found = faultsNow(device, state(serial), now)
      if (countsForCoverage(device)) {
        cameras.cameras++
        if (found.length === 0) cameras.healthy++
      }
      const look = { tags: deviceTags(names, id, kind), word: found.join(), turn: serial, at }
      const { isDue, left } = devices.look(serial, look)
      if (!isDue) continue
      if (left) outbox.add(goneDevice(at - 1, left), () => undefined)
      if (left && left.place !== place.id) named.get(left.place)?.devices.delete(`${kind} ${id}`)
      outbox.add(devicePoint(at, look.tags, device, state(serial), found), () =>
        devices.written(serial, look),
      )
    }
    const word = `${cameras.cameras} ${cameras.healthy}`
    const look = { tags: names.tags, word, turn: number, at }
    const { isDue, left } = places.look(place.id, look)
    if (!isDue) return
    if (left) outbox.add(gonePlace(at - 1, left), () => undefined)
    outbox.add(placePoint(at, names.tags, place, cameras), () => places.written(place.id, look))
  }

  /** What was not met in a round that went through the whole city has left it. */
  async function sendGone({ at, slices }: Round, outbox: Outbox): Promise<void> {
    for (const { key, tags, isMissing } of devices.all(at)) {
      if (slices.isOver()) await slices.rest()
      if (!isMissing) continue
      outbox.add(goneDevice(at - 1, tags), () => devices.forget(key))
      named.get(tags.place)?.devices.delete(`${tags.kind} ${tags.device}`)
      if (outbox.isFull()) await outbox.send()
    }
    for (const { key, tags, isMissing } of places.all(at)) {
      if (slices.isOver()) await slices.rest()
      if (!isMissing) continue
      outbox.add(gonePlace(at - 1, tags), () => {
        places.forget(key)
        named.delete(tags.place)
      })
      if (outbox.isFull()) await outbox.send()
    }
    await outbox.send()
  }

  return {
    async write(round) {
      const { city, slices } = round
      const outbox = createOutbox()
      for (let number = 0; number < city.places.length; number++) {
        lookAtPlace(number, round, outbox)
        if (outbox.isFull()) await outbox.send()
        if (slices.isOver()) await slices.rest()
      }
      await outbox.send()
      await sendGone(round, outbox)
      return outbox.words
    },
  }
}
