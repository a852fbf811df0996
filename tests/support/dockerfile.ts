/**
 * The Dockerfile as stages, each an ordered list of what it does. Used by the tests that check it and that carry it out;
 * an instruction that is not understood is an error, never skipped.
 */
import { Copy, DockerfileParser, Env, From, Healthcheck, type Instruction } from 'dockerfile-ast'
import { z } from 'zod'
import { read } from '../source-tree.ts'

const execForm = z.array(z.string()).nonempty()

export type Step =
  | { readonly does: 'copy'; readonly from: string | null; readonly sources: string[]; readonly to: string }
  | { readonly does: 'run'; readonly command: string }
  | { readonly does: 'workdir'; readonly path: string }
  | { readonly does: 'env'; readonly values: Readonly<Record<string, string>> }
  | { readonly does: 'user'; readonly name: string }
  | { readonly does: 'expose'; readonly ports: number[] }
  | { readonly does: 'healthcheck'; readonly flags: string[]; readonly command: string[] }
  | { readonly does: 'cmd'; readonly command: string[] }

export interface Stage {
  readonly image: string
  readonly name: string | null
  readonly steps: readonly Step[]
}

export function readDockerfile(text = read('Dockerfile')): Stage[] {
  const stages: { image: string; name: string | null; steps: Step[] }[] = []
  for (const instruction of DockerfileParser.parse(text).getInstructions()) {
    if (instruction instanceof From)
      stages.push({ image: instruction.getImage() ?? '', name: instruction.getBuildStage(), steps: [] })
    else {
      const stage = stages.at(-1)
      if (!stage) throw new Error(`${instruction.getKeyword()} before the first FROM`)
      stage.steps.push(stepOf(instruction))
    }
  }
  return stages
}

function stepOf(instruction: Instruction): Step {
  const words = instruction.getArguments().map((argument) => argument.getValue())
  const rest = instruction.getArgumentsContent() ?? ''
  if (instruction instanceof Copy) {
    const flags = instruction.getFlags().map((flag) => [flag.getName(), flag.getValue() ?? ''])
    const { from = null, ...others } = Object.fromEntries(flags)
    if (Object.keys(others).length > 0) throw new Error(`COPY has a flag that is not understood: ${rest}`)
    return { does: 'copy', from, sources: words.slice(0, -1), to: words.at(-1) ?? '' }
  }
  if (instruction instanceof Env) {
    const properties = instruction.getProperties().map((one) => [one.getName(), one.getValue() ?? ''])
    return { does: 'env', values: Object.fromEntries(properties) }
  }
  if (instruction instanceof Healthcheck) {
    const flags = instruction.getFlags().map((flag) => `${flag.getName()}=${flag.getValue()}`)
    return { does: 'healthcheck', flags, command: exec(rest.slice(rest.indexOf('['))) }
  }
  switch (instruction.getKeyword()) {
    case 'RUN':
      return { does: 'run', command: rest }
    case 'WORKDIR':
      return { does: 'workdir', path: rest }
    case 'USER':
      return { does: 'user', name: rest }
    case 'EXPOSE':
      return { does: 'expose', ports: words.map(Number) }
    case 'CMD':
      return { does: 'cmd', command: exec(rest) }
    default:
      throw new Error(`the Dockerfile has ${instruction.getKeyword()}, which is not wanted or not understood`)
  }
}

/** Exec form only: a shell in between would keep SIGTERM to itself. */
function exec(text: string): string[] {
  return execForm.parse(JSON.parse(text))
}

/** The steps of a kind, of one stage. */
export function stepsOf<Kind extends Step['does']>(
  stage: Stage,
  kind: Kind,
): Extract<Step, { does: Kind }>[] {
  return stage.steps.filter((step): step is Extract<Step, { does: Kind }> => step.does === kind)
}

/** The stages of ours: what installs the packages, what makes the console's page, and what becomes the image. */
export function imageStages(): { dependencies: Stage; page: Stage; image: Stage } {
  const [dependencies, page, image, ...more] = readDockerfile()
  if (!dependencies || !page || !image || more.length > 0) throw new Error('the Dockerfile has three stages')
  return { dependencies, page, image }
}
