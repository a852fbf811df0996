/**
 * Names that the dashboards share with what stands around them: the data source, the dashboards' own uids, the rungs of
 * the city's areas, its time zone. Used by everything in this folder, by the provisioning and by the tests.
 */

/** A variable of Grafana in a query, a link or a text, with a format where it needs one. */
export const grafana = (variable: string) => `\${${variable}}`

/** The one data source: an InfluxDB, asked in InfluxQL. */
export const dataSource = { type: 'influxdb', uid: 'lantern-influxdb' } as const

/** What all of Lantern's dashboards carry, and how they link one another. */
export const tag = 'lantern'

/** Of each dashboard the uid, which is also its file's name, and the title. */
export const boards = {
  coverage: { uid: 'lantern-coverage', title: 'City coverage' },
  cameras: { uid: 'lantern-cameras', title: 'Cameras' },
  traffic: { uid: 'lantern-traffic', title: 'Traffic' },
  environment: { uid: 'lantern-environment', title: 'Environment' },
  alerts: { uid: 'lantern-alerts', title: 'Alerts' },
  platform: { uid: 'lantern-platform', title: 'Platform' },
  place: { uid: 'lantern-place', title: 'Place and device' },
} as const
export type BoardName = keyof typeof boards

/** The rung of the areas that a manager chooses from, and the one below it that lists name. */
export const level = { tag: 'district', title: 'District' } as const
export const lowerLevel = { tag: 'commune', title: 'Commune' } as const

/**
 * The city's, not the browser's: "today" is the city's day for everyone who looks, also for who looks from elsewhere.
 * The same as LANTERN_TIME_ZONE unless it is set.
 */
export const timeZone = 'Asia/Ho_Chi_Minh'
