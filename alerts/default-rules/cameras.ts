/** Default rules for cameras: that they are there, that they see, and that what they see is kept. */
import type { z } from 'zod'
import type { rule } from '../../model/rule.ts'

const quarterHour = 900
const scope = { kind: 'camera' } as const

export const cameraRules: readonly z.input<typeof rule>[] = [
  {
    id: 'camera-silent',
    name: 'camera silent',
    title: '{subject} at {place}, {area}, has been silent for {value} {unit}',
    action:
      'Look whether its neighbours are silent too: then it is power or the network, so call the utility. Else restart it from afar, and send a technician when it stays away.',
    severity: 'major',
    condition: { type: 'silence' },
    scope,
    // Two in ten of a district at once is no chance: about one in a hundred is broken at any time.
    storm: { share: 0.2, least: 5, withinSeconds: 120 },
    escalation: { afterSeconds: quarterHour, severity: 'critical' },
  },
  {
    id: 'camera-video-loss',
    name: 'camera without video',
    title: '{subject} at {place}, {area}: the video signal is lost',
    action:
      'Look at the newest picture and at the cameras beside it. A cut cable is a matter for the police; else send a technician to the cable and the supply.',
    severity: 'major',
    condition: { type: 'health', faults: ['video-loss'] },
    scope,
    storm: { share: 0.2, least: 5, withinSeconds: 300 },
  },
  {
    id: 'camera-tampered',
    name: 'camera tampered with',
    title: '{subject} at {place}, {area}, was covered, turned or defocused',
    action:
      'Look at its last clear picture and at the cameras beside it, tell the nearest patrol, and have it set right.',
    severity: 'major',
    condition: { type: 'health', faults: ['tampered'] },
    scope,
    escalation: { afterSeconds: quarterHour, severity: 'critical' },
  },
  {
    id: 'camera-frozen',
    name: 'camera picture frozen',
    title: 'The picture of {subject} at {place}, {area}, stands still',
    action:
      'Restart the camera from afar; if it stands still again within the day, change its firmware or the camera.',
    severity: 'warning',
    condition: { type: 'health', faults: ['frozen'], forSeconds: 120 },
    scope,
  },
  {
    id: 'camera-not-recording',
    name: 'camera not recording',
    title: '{subject} at {place}, {area}, is not recording',
    action:
      'Look at the recorder: its disk, its licence and its schedule. Until it records, what happens there is not kept.',
    severity: 'major',
    condition: { type: 'health', faults: ['not-recording'], forSeconds: 120 },
    scope,
    storm: { share: 0.2, least: 5, withinSeconds: 300 },
  },
  {
    id: 'camera-storage-full',
    name: 'recording storage nearly full',
    title: 'The recording storage of {subject} at {place} is {value} {unit} full',
    action:
      'Shorten the retention of this recorder or add a disk, before old recordings are written over too early.',
    severity: 'warning',
    condition: { type: 'threshold', field: 'storageUsedShare', above: 0.95, clear: 0.9, forSeconds: 300 },
    scope,
  },
]
