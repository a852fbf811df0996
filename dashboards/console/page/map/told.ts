/**
 * What the map says of a thing on it, in words: the same for the tooltip beside a pointer and for a screen reader, so that
 * neither knows more than the other. Also where each thing leads.
 */
import type { NamedAlert } from '../../../../model/answers/alerts.ts'
import type { CoveredPlace } from '../../../../model/answers/places.ts'
import type { Coverage } from '../../../../model/coverage.ts'
import { linkTo } from '../addresses.ts'
import { titleOf } from '../alerts/alert-text.ts'
import type { Areas } from '../store/areas.ts'
import type { Format } from '../words/format.ts'
import { wordFor } from '../words/things.ts'
import type { Words } from '../words/words.ts'
import type { Thing } from './drawing.ts'
import { figuresOf } from './shown-areas.ts'

export interface Told {
  readonly title: string
  readonly lines: readonly string[]
}

interface Known {
  readonly t: Words
  readonly f: Format
  readonly areas: Areas | undefined
  readonly coverage: Coverage | undefined
  readonly alerts: ReadonlyMap<number, NamedAlert> | undefined
  readonly places: ReadonlyMap<string, CoveredPlace> | undefined
}

/** Of many alerts at one spot, so many are named. */
const mostNamed = 3

export function tell(thing: Thing, known: Known): Told {
  const { t, f, areas, alerts, places } = known
  switch (thing.kind) {
    case 'area':
      return tellOfArea(thing.code, known)
    case 'place': {
      // As it is now, not as it was when it was first pointed at.
      const { id, name, type, area, state } = places?.get(thing.place.id) ?? thing.place
      const open = [...(alerts?.values() ?? [])].filter(({ place }) => place === id)
      return {
        title: name,
        lines: [
          [wordFor(t.things.placeTypes, type), areas?.byCode.get(area)?.name].filter(Boolean).join(' · '),
          t.things.statesLong[state],
          ...open.slice(0, mostNamed).map((alert) => titleOf(f.language, alert)),
          ...andMore(open.length - mostNamed, known),
        ],
      }
    }
    case 'cluster': {
      const { working, installed, none } = thing.tally
      return {
        title: t.map.places(f.whole(working + installed + none)),
        lines: [
          t.map.stateCount(t.things.states.installed, f.whole(installed)),
          t.map.stateCount(t.things.states.working, f.whole(working)),
          t.map.stateCount(t.things.states.none, f.whole(none)),
          t.map.nearer,
        ],
      }
    }
    case 'alerts': {
      const [first] = thing.alerts
      return {
        title: t.map.openAlerts(thing.alerts.length, f.whole(thing.alerts.length)),
        lines: [
          ...thing.alerts
            .slice(0, mostNamed)
            .map((alert) => t.map.alert(t.alerts.severities[alert.severity], titleOf(f.language, alert))),
          ...andMore(thing.alerts.length - mostNamed, known),
          ...(first ? [f.moment(Date.parse(first.openedAt))] : []),
        ],
      }
    }
  }
}

function tellOfArea(code: string, { t, f, areas, coverage }: Known): Told {
  const area = areas?.byCode.get(code)
  const figures = area && coverage && figuresOf(coverage, [area]).get(code)
  const lines = figures
    ? figures.places === 0
      ? [t.coverage.noPlaces]
      : [
          t.map.share(
            t.coverage.installed,
            f.share(figures.installedShare),
            f.whole(figures.installed),
            f.whole(figures.places),
          ),
          t.map.share(
            t.coverage.working,
            f.share(figures.workingShare),
            f.whole(figures.working),
            f.whole(figures.places),
          ),
          t.map.toTarget(
            f.points((figures.installedShare ?? 0) - coverage.goal.target),
            f.share(coverage.goal.target),
          ),
        ]
    : []
  return {
    title: area?.name ?? code,
    lines: [...(area ? [wordFor(t.things.levels, area.level)] : []), ...lines],
  }
}

const andMore = (count: number, { t, f }: Known) => (count > 0 ? [t.coverage.more(f.whole(count))] : [])

/** The page of a thing; undefined: it has none, and opening it goes nearer. */
export function linkOf(thing: Thing): string | undefined {
  if (thing.kind === 'area') return linkTo('area', thing.code)
  if (thing.kind === 'place') return linkTo('place', thing.place.id)
  if (thing.kind === 'cluster') return undefined
  const [first, ...others] = thing.alerts
  if (!first) return undefined
  if (others.length === 0) return linkTo('alert', first.id)
  const isOnePlace = first.place !== null && others.every(({ place }) => place === first.place)
  return isOnePlace && first.place !== null ? linkTo('place', first.place) : undefined
}

/** Where the parts of a thing are, as longitude and latitude. */
export function positionsOf(thing: Thing): (readonly [number, number])[] {
  if (thing.kind === 'cluster') return thing.members.map(({ longitude, latitude }) => [longitude, latitude])
  return thing.kind === 'alerts' ? thing.alerts.flatMap(({ position }) => (position ? [position] : [])) : []
}
