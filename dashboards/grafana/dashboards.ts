/** All dashboards, in the order in which a person meets them. Used by generate.ts and by the tests. */
import { alerts } from './boards/alerts.ts'
import { cameras } from './boards/cameras.ts'
import { coverage } from './boards/coverage.ts'
import { environment } from './boards/environment.ts'
import { place } from './boards/place.ts'
import { platformBoard } from './boards/platform.ts'
import { traffic } from './boards/traffic.ts'
import type { Board } from './build/board.ts'

export const dashboards = (): readonly Board[] => [
  coverage(),
  cameras(),
  traffic(),
  environment(),
  alerts(),
  platformBoard(),
  place(),
]

/** The committed files: paths from this folder, with their whole text. */
export const dashboardFiles = () =>
  dashboards().map(({ dashboard }) => ({
    path: `dashboards/${dashboard.uid}.json`,
    text: `${JSON.stringify(dashboard, null, 2)}\n`,
  }))
