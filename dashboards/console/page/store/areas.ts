/** Who lies in whom: the city's areas by code, with the way up from each and those in it. The store keeps one, the map walks it. */
import type { AreaSummary } from '../../../../model/answers/areas.ts'

/** The areas by code, and how they hang together. */
export interface Areas {
  readonly byCode: ReadonlyMap<string, AreaSummary>
  /** Itself first, then the area that it lies in, up to the top; empty: there is none with this code. */
  pathOf(code: string): AreaSummary[]
  childrenOf(code: string | null): readonly AreaSummary[]
}

export function hierarchyOf(list: readonly AreaSummary[]): Areas {
  const byCode = new Map(list.map((area) => [area.code, area]))
  const children = Map.groupBy(list, ({ parent }) => parent)
  return {
    byCode,
    childrenOf: (code) => children.get(code) ?? [],
    pathOf(code) {
      const path: AreaSummary[] = []
      for (
        let at = byCode.get(code);
        at && !path.includes(at);
        at = at.parent === null ? undefined : byCode.get(at.parent)
      )
        path.push(at)
      return path
    },
  }
}
