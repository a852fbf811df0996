/** What the map tells of the thing that is pointed at, or in its middle for those who use the keyboard. */
import type { Told } from './told.ts'

export function MapTooltip(props: {
  readonly told: Told
  readonly at: readonly [number, number]
  /** The map's size, so that the tooltip stays on it. */
  readonly size: readonly [number, number]
}) {
  const { told, at, size } = props
  const [x, y] = at
  const isLeft = x > size[0] / 2
  const isAbove = y > size[1] / 2
  const style = {
    left: isLeft ? 'auto' : `${x + 16}px`,
    right: isLeft ? `${size[0] - x + 16}px` : 'auto',
    top: isAbove ? 'auto' : `${y + 12}px`,
    bottom: isAbove ? `${size[1] - y + 12}px` : 'auto',
  }
  return (
    <div class="map-tooltip" style={style} aria-hidden="true">
      <strong>{told.title}</strong>
      {told.lines.map((line, index) => (
        // Two lines may say the same; their order is all that tells them apart.
        <span key={`${index} ${line}`}>{line}</span>
      ))}
    </div>
  )
}
