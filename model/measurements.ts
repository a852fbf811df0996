/**
 * What Lantern writes about a city beside the readings, for those who look at InfluxDB directly (Grafana above all): one
 * entry a measurement, with its tags and fields. The writers, the dashboards and the README's table are made from it.
 */

/** Where it lies: as long as the readings are kept, or as long as the roll-ups. */
export type Keeping = 'readings' | 'rollups'

interface FieldOfMeasurement {
  readonly type: 'integer' | 'float' | 'text'
  /** As in model/kind.ts: UCUM or plain English; empty for a text or a share. */
  readonly unit: string
  readonly description: string
}

interface Measurement {
  readonly kept: Keeping
  /** When a point is written, in words. */
  readonly when: string
  readonly tags: Readonly<Record<string, string>>
  /** Whether it also has a tag for each level of the areas above it (`district`: the code) and `<level>_name`. */
  readonly levels: boolean
  readonly fields: Readonly<Record<string, FieldOfMeasurement>>
}

const integer = (unit: string, description: string) => ({ type: 'integer', unit, description }) as const
const float = (unit: string, description: string) => ({ type: 'float', unit, description }) as const
const text = (description: string) => ({ type: 'text', unit: '', description }) as const

const ofArea = { area: "the area's code", level: 'its rung', name: 'its name' }
/** From which a list makes a name to read and a code to filter by: Grafana's lists of choices take one text an entry. */
const label = 'its name with its code: "Name (code)"'
const ofPlace = { place: "the place's id", place_name: 'its name', place_type: 'what kind of place' }

export const measurements = {
  coverage: {
    kept: 'rollups',
    when: 'each minute, for every area',
    tags: ofArea,
    levels: false,
    fields: {
      places: integer('1', 'Public places'),
      installed: integer('1', 'Those with a commissioned camera'),
      working: integer('1', 'Those with a healthy one'),
      installed_share: float('', 'installed / places, 0–1; absent where there are no places'),
      working_share: float('', 'working / places, 0–1; absent where there are no places'),
      target: float('', 'The share that shall be installed, 0–1'),
    },
  },
  health: {
    kept: 'readings',
    when: 'each minute, for every area and kind of device',
    tags: { ...ofArea, label, kind: 'the kind of device' },
    levels: false,
    fields: {
      devices: integer('1', 'Commissioned devices'),
      healthy: integer('1', 'Those with nothing wrong'),
      'never-heard': integer('1', 'Never heard'),
      silent: integer('1', 'Not heard for three of their reporting intervals'),
      'video-loss': integer('1', 'Video signal lost'),
      tampered: integer('1', 'Covered, turned or defocused'),
      frozen: integer('1', 'Picture stands still'),
      'not-recording': integer('1', 'Not recording'),
      'battery-low': integer('1', 'Battery below 5 %'),
    },
  },
  place: {
    kept: 'readings',
    when: 'when its state or a count changes, and every 15 minutes',
    tags: { ...ofPlace, label },
    levels: true,
    fields: {
      state: integer('', '0: no camera, 1: installed and none working, 2: working, -1: gone or renamed'),
      cameras: integer('1', 'Commissioned cameras'),
      healthy: integer('1', 'Healthy ones'),
      latitude: float('°', 'Where it is, north'),
      longitude: float('°', 'Where it is, east'),
    },
  },
  device: {
    kept: 'readings',
    when: 'when its faults change, and every 15 minutes; commissioned ones',
    tags: { ...ofPlace, device: "the device's id", kind: 'its kind' },
    levels: true,
    fields: {
      healthy: integer('', '1: nothing is wrong, 0: something is'),
      fault: text('The gravest of what is wrong, or healthy; gone: it has left, or stands elsewhere now'),
      faults: text('All that is wrong, with commas; empty: nothing'),
      heard_at: integer('ms', 'When it was last heard, since 1970; absent: never'),
      storage_used_share: float('', 'Of a camera: share of its recording storage that is used, 0–1'),
      battery_level: float('', 'Of a sensor: battery charge, 0–1'),
    },
  },
  rejection: {
    kept: 'readings',
    when: 'each minute, for every reason',
    tags: { reason: 'why it could not be taken' },
    levels: false,
    fields: { count: integer('1', 'Messages and readings of that minute that could not be taken') },
  },
  platform: {
    kept: 'readings',
    when: 'every 10 seconds',
    tags: {},
    levels: false,
    fields: {
      readings_per_second: float('1/s', 'Readings stored'),
      lag: float('s', 'Age of the oldest message not stored yet'),
      store_latency: float('s', 'Mean time from handing readings to the store until it has them'),
      journal: integer('By', 'Kept in the journal'),
      journal_limit: integer('By', 'Size at which nothing more is acknowledged'),
      connections: integer('1', 'Open MQTT connections'),
      refusals: integer('1', 'Sign-ins, topics and packets refused since the start'),
    },
  },
  alert: {
    kept: 'rollups',
    when: "at each step of an alert's life",
    tags: {
      severity: 'how grave',
      rule: "the rule's id",
      subject: 'the id of the device, or the code of the area',
      step: 'opened, acknowledged, cleared …',
    },
    levels: true,
    fields: {
      alert: text("The alert's id"),
      title: text('What is wrong, in words'),
      seconds_to_acknowledge: float('s', 'From opened to acknowledged; on that step'),
      seconds_to_clear: float('s', 'From opened to cleared; on that step'),
    },
  },
  alert_open: {
    kept: 'readings',
    when: 'each minute, for every area and severity',
    tags: { ...ofArea, severity: 'how grave' },
    levels: false,
    fields: {
      open: integer('1', 'Alerts that are open, and neither shelved nor stood for by another'),
      unacknowledged: integer('1', 'Those that nobody has acknowledged'),
    },
  },
} as const satisfies Readonly<Record<string, Measurement>>

/** Names of tags that are not an area's level; a level of such a name gets no tag. */
const taken = new Set(['serial', 'device', 'place', 'kind', 'time', 'delay'])

/**
 * Of each level of the areas the code, and its name as `<level>_name`; no level's own name has an underscore. Readings
 * carry them too.
 */
export function levelTags(
  areas: readonly { readonly code: string; readonly level: string; readonly name: string }[],
): Record<string, string> {
  const tags: Record<string, string> = {}
  for (const { level, code, name } of areas)
    if (!taken.has(level)) {
      tags[level] = code
      tags[`${level}_name`] = name
    }
  return tags
}

export type MeasurementName = keyof typeof measurements

/** One point. Fields may be absent, and a point without any is not written. */
export interface Point<Name extends MeasurementName = MeasurementName> {
  readonly measurement: Name
  readonly tags: Readonly<Record<keyof (typeof measurements)[Name]['tags'], string> & Record<string, string>>
  readonly fields: Readonly<
    Partial<Record<keyof (typeof measurements)[Name]['fields'], number | string | undefined>>
  >
  /** Epoch ms. */
  readonly time: number
}
