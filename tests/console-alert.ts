/** An alert as the API answers it, for the tests of the console: what a test does not say is ordinary. */
import { type NamedAlert, namedAlert } from '../model/answers/alerts.ts'

const ordinary: NamedAlert = {
  id: 1,
  rule: 'camera-silent',
  title: 'Camera A at Chợ B, Phường C, has been silent for 3 min',
  action: 'Look.',
  severity: 'major',
  state: 'open',
  subject: { type: 'device', id: 'cam-1' },
  kind: 'camera',
  place: 'market-1',
  placeType: 'market',
  areas: ['1', '725', '74'],
  position: [106.7, 10.9],
  since: '2026-11-22T05:00:00.000Z',
  openedAt: '2026-11-22T05:00:00.000Z',
  acknowledgedAt: null,
  acknowledgedBy: null,
  clearedAt: null,
  clearedBy: null,
  assignedTo: null,
  shelvedUntil: null,
  inhibitedBy: null,
  chattering: false,
  escalated: false,
  evidence: { values: [], expected: null, members: null },
  changedAt: '2026-11-22T05:00:00.000Z',
  placeName: 'Chợ B',
  areaNames: ['Phường C', 'Thành phố D', 'Tỉnh E'],
}

export const consoleAlert = (more: Partial<NamedAlert>): NamedAlert =>
  namedAlert.parse({ ...ordinary, ...more })
