/** What the numbers and words that Lantern writes mean to a manager, with their colours. Used by several dashboards. */
import type { Severity, StepName } from '../../../model/alert.ts'
import { type Fault, faults } from '../../../model/kind.ts'
import { rejectionReasons } from '../../../model/rejection.ts'
import { type Bands, type Colour, valueWords } from './bands.ts'

/** Of a place: the field `state`. */
export const placeState: Bands = [
  { from: null, colour: 'none', words: 'no place any more' },
  { from: 0, colour: 'none', words: 'no camera' },
  { from: 1, colour: 'bad', words: 'installed, none working' },
  { from: 2, colour: 'good', words: 'working' },
]

/** A share of places minus the goal. */
export const againstGoal: Bands = [
  { from: null, colour: 'bad', words: 'far below the goal' },
  { from: -0.1, colour: 'warning', words: 'below the goal' },
  { from: 0, colour: 'good', words: 'goal reached' },
]

/** The goal minus a share of places: the same, from the other side. */
export const gapToGoal: Bands = [
  { from: null, colour: 'good', words: 'goal reached' },
  { from: 0.0001, colour: 'warning', words: 'below the goal' },
  { from: 0.1, colour: 'bad', words: 'far below the goal' },
]

/** The share of what is installed that works. */
export const workingShare: Bands = [
  { from: null, colour: 'bad', words: 'many do not work' },
  { from: 0.9, colour: 'warning', words: 'some do not work' },
  { from: 0.97, colour: 'good', words: 'nearly all work' },
]

export const storageUsed: Bands = [
  { from: null, colour: 'good', words: 'room enough' },
  { from: 0.8, colour: 'notice', words: 'filling up' },
  { from: 0.9, colour: 'warning', words: 'nearly full' },
  { from: 0.97, colour: 'bad', words: 'full soon: oldest recordings go' },
]

/** The share of the time that a lane is occupied; over about a quarter, traffic begins to stand. */
export const occupancy: Bands = [
  { from: null, colour: 'good', words: 'flowing' },
  { from: 0.15, colour: 'notice', words: 'dense' },
  { from: 0.25, colour: 'warning', words: 'slow' },
  { from: 0.4, colour: 'bad', words: 'standing' },
]

/** The share of reports with congestion. */
export const congestion: Bands = [
  { from: null, colour: 'good', words: 'free' },
  { from: 0.1, colour: 'notice', words: 'congested here and there' },
  { from: 0.3, colour: 'warning', words: 'often congested' },
  { from: 0.6, colour: 'bad', words: 'congested nearly everywhere' },
]

/** Of a device: the field `healthy`. */
export const deviceHealth: Bands = [
  { from: null, colour: 'bad', words: 'something is wrong' },
  { from: 1, colour: 'good', words: 'healthy' },
]

/** Of a camera: the field `recording`. */
export const recordingState: Bands = [
  { from: null, colour: 'bad', words: 'not recording' },
  { from: 1, colour: 'good', words: 'recording' },
]

/** How many alerts are open. */
export const anyOpen: Bands = [
  { from: null, colour: 'good', words: 'nothing is open' },
  { from: 1, colour: 'warning', words: 'somebody is needed' },
]

/** How many alerts nobody has taken up. */
export const waiting: Bands = [
  { from: null, colour: 'good', words: 'all are taken up' },
  { from: 1, colour: 'bad', words: 'nobody has them' },
]

/** Seconds that ingest is behind. */
export const lag: Bands = [
  { from: null, colour: 'good', words: 'keeps up' },
  { from: 10, colour: 'warning', words: 'falls behind' },
  { from: 60, colour: 'bad', words: 'far behind' },
]

/** The share of the journal's limit that is used. */
export const journalUse: Bands = [
  { from: null, colour: 'good', words: 'room enough' },
  { from: 0.5, colour: 'warning', words: 'filling up' },
  { from: 0.9, colour: 'bad', words: 'nearly at the limit' },
]

/** Seconds until the store has what it was given. */
export const storeLatency: Bands = [
  { from: null, colour: 'good', words: 'quick' },
  { from: 1, colour: 'warning', words: 'slow' },
  { from: 5, colour: 'bad', words: 'overloaded' },
]

/** A fault in few words, in the order of how grave it is to a city. */
export const faultWords: Readonly<Record<Fault, string>> = {
  'never-heard': 'Never heard',
  silent: 'Silent',
  'video-loss': 'Video lost',
  tampered: 'Covered or turned',
  frozen: 'Picture frozen',
  'not-recording': 'Not recording',
  'battery-low': 'Battery low',
}

const faultColours: Readonly<Record<Fault, Colour>> = {
  'never-heard': 'worst',
  silent: 'bad',
  'video-loss': 'bad',
  tampered: 'bad',
  frozen: 'warning',
  'not-recording': 'warning',
  'battery-low': 'notice',
}

export const cameraFaults = faults.filter((fault) => fault !== 'battery-low')

/** For the field `fault`. */
export const faultMappings = valueWords({
  healthy: { text: 'Healthy', colour: 'good' },
  ...Object.fromEntries(
    faults.map((fault) => [fault, { text: faultWords[fault], colour: faultColours[fault] }]),
  ),
})

export const kindMappings = valueWords({
  camera: { text: 'Camera', colour: 'fact' },
  traffic_counter: { text: 'Traffic counter', colour: 'fact' },
  street_sensor: { text: 'Street sensor', colour: 'fact' },
})

const severityWords: Readonly<Record<Severity, { text: string; colour: Colour }>> = {
  critical: { text: 'Critical', colour: 'worst' },
  major: { text: 'Major', colour: 'bad' },
  warning: { text: 'Warning', colour: 'warning' },
  info: { text: 'Information', colour: 'fact' },
}
export const severityMappings = valueWords(severityWords)

const stepWords: Readonly<Record<StepName, { text: string; colour: Colour }>> = {
  opened: { text: 'Opened', colour: 'bad' },
  acknowledged: { text: 'Acknowledged', colour: 'warning' },
  assigned: { text: 'Assigned', colour: 'fact' },
  commented: { text: 'Comment', colour: 'fact' },
  shelved: { text: 'Shelved', colour: 'notice' },
  unshelved: { text: 'Back from the shelf', colour: 'warning' },
  escalated: { text: 'Escalated', colour: 'worst' },
  deescalated: { text: 'No longer escalated', colour: 'notice' },
  inhibited: { text: 'Part of a larger one', colour: 'fact' },
  released: { text: 'On its own again', colour: 'warning' },
  chattering: { text: 'Comes and goes: held open', colour: 'notice' },
  settled: { text: 'Has become calm', colour: 'fact' },
  cleared: { text: 'Cleared', colour: 'good' },
}
export const stepMappings = valueWords(stepWords)

/** A reason of rejection with what to do about it. */
export const rejectionMappings = valueWords(
  Object.fromEntries(
    Object.entries(rejectionReasons).map(([reason, text]) => [reason, { text, colour: 'fact' as const }]),
  ),
)
