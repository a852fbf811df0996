/** The simulator's command line: what it takes, and that each mistake is named with what was expected. */
import { describe, expect, test } from 'vitest'
import { day, minute } from '../model/time.ts'
import { helpText, readOptions } from '../simulators/options.ts'
import { scenarios } from '../simulators/scenarios/list.ts'

const read = (line: string) => readOptions(line.split(' ').filter(Boolean))

describe('the options', () => {
  test('have defaults that fit npm start', () => {
    expect(read('')).toEqual({
      ...{ url: 'http://127.0.0.1:8080', mqtt: 'mqtt://127.0.0.1:1883', devices: 500, adopt: false },
      ...{ scenario: 'ordinary-day', seed: '7', speed: 1, duration: Number.POSITIVE_INFINITY, help: false },
    })
  })

  test('are read', () => {
    const line = '--devices 20 --scenario flood --speed 60 --duration 10m --seed 42 --backfill 30d --key lk_x'
    expect(read(line)).toMatchObject({
      ...{ devices: 20, scenario: 'flood', speed: 60, duration: 10 * minute, seed: '42' },
      ...{ backfill: 30 * day, key: 'lk_x' },
    })
    expect(read('--backfill 1h --duration 0').duration).toBe(0)
  })

  test.each([
    ['--devices many', '--devices many: a whole number, 1 to 20000'],
    ['--devices 0', '--devices'],
    ['--scenario war', '--scenario war: '],
    ['--speed 0', '--speed'],
    ['--speed fast', '--speed fast: a number, 0.1 to 1000'],
    ['--duration 5', '--duration 5: a duration such as 90s'],
    ['--backfill 30', '--backfill 30: a duration such as 90s'],
    ['--seed a/b', '--seed a/b: 1 to 16 letters and digits'],
    ['--url localhost', '--url localhost: an address such as http://127.0.0.1:8080'],
    ['--mqtt http://x', '--mqtt http://x: an address such as mqtt://127.0.0.1:1883'],
    ['--key abc', '--key abc: an API key, lk_…'],
    ['--adopt --devices 5', '--devices has no meaning with --adopt'],
    ['--key lk_a --key-file b', 'either --key or --key-file'],
    ['--duration 0', '--duration 0 needs --backfill'],
    ['--nonsense', "Unknown option '--nonsense'"],
    ['stray', 'stray'],
  ])('%s is refused', (line, said) => {
    expect(() => read(line)).toThrow(said)
  })

  test('several mistakes are named at once', () => {
    expect(() => read('--devices x --speed y')).toThrow(/--devices x.*\n--speed y/)
  })

  test('are all in the help, with every scenario', () => {
    const text = helpText()
    for (const name of Object.keys(read('--key lk_x --backfill 1h --truth f')))
      expect(text).toContain(`--${name} `)
    for (const { name, summary } of scenarios) expect(text).toContain(`${name.padEnd(17)} ${summary}`)
  })
})
