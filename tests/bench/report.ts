/** The figures of the bench as text for people, and as JSON. Called by main.ts. */
import type { Machine } from './machine.ts'
import { type Figure, isReached, type Measurement, type Target } from './measurement.ts'
import { median } from './statistics.ts'

export function machineText(machine: Machine): string {
  const { cores, cpu, memoryBytes, system, node, fsync, loadAverage } = machine
  const lines = [
    `machine: ${cores} cores (${cpu}), ${shown(memoryBytes / 2 ** 30)} GiB of memory, ${system}, node ${node}`,
    `disk: 4 KiB written and synced in ${shown(fsync.median)} ms (p99 ${shown(fsync.p99)} ms)`,
    `load average: ${shown(loadAverage)} before the first measurement`,
  ]
  if (machine.inMemory)
    lines.push('The data lies in memory, where a sync costs nothing: set TMPDIR to a folder on a disk.')
  if (loadAverage > cores / 2)
    lines.push('Others use this machine now: the figures are lower than it can do.')
  return lines.join('\n')
}

/** A block of lines: the title, what was done, a line for each figure, the notes. */
export function measurementText({ title, setting, figures, notes }: Measurement): string {
  const rows = figures.map(cellsOf)
  const widths = [0, 1, 2, 3].map((column) => Math.max(0, ...rows.map((row) => (row[column] ?? '').length)))
  const lines = rows.map((row) =>
    row
      .map((cell, column) =>
        column === 1 ? cell.padStart(widths[column] ?? 0) : cell.padEnd(widths[column] ?? 0),
      )
      .join('  ')
      .trimEnd(),
  )
  return [
    title.toUpperCase(),
    setting,
    ...lines.map((line) => `  ${line}`),
    ...notes.map((note) => `  ${note}`),
  ].join('\n')
}

/** Name, value, unit, spread, target and whether it is reached. */
function cellsOf(figure: Figure): string[] {
  const { name, unit, runs, target } = figure
  const spread = runs.length > 1 ? `(${shown(Math.min(...runs))}–${shown(Math.max(...runs))})` : ''
  const verdict = target ? `${targetText(target)}: ${isReached(figure) ? 'reached' : 'MISSED'}` : ''
  return [name, shown(median(runs)), unit, spread, verdict]
}

function targetText(target: Target): string {
  return 'atLeast' in target ? `target ≥ ${shown(target.atLeast)}` : `target < ${shown(target.below)}`
}

/** Three digits that count, more where the number is large. */
function shown(value: number): string {
  if (Number.isInteger(value) || Math.abs(value) >= 100)
    return value.toLocaleString('en', { maximumFractionDigits: 0 })
  return value.toLocaleString('en', { maximumSignificantDigits: 3 })
}

/** Everything, for programs. */
export function asJson(machine: Machine, measurements: readonly Measurement[]): string {
  const shaped = measurements.map(({ figures, ...rest }) => ({
    ...rest,
    figures: figures.map((figure) => ({
      ...figure,
      median: median(figure.runs),
      reached: isReached(figure),
    })),
  }))
  return `${JSON.stringify({ at: new Date().toISOString(), machine, measurements: shaped }, null, 2)}\n`
}
