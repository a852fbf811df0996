/**
 * What the Dockerfile makes, made without an engine: the files that git holds, less what .dockerignore leaves out, copied
 * as COPY says. Used by the tests that check the image's contents and that run it.
 */
import { execFileSync } from 'node:child_process'
import { cpSync, mkdirSync } from 'node:fs'
import { join, matchesGlob, posix } from 'node:path'
import { read, root } from '../source-tree.ts'

/** What would be sent to the engine: paths from the root of the project. */
export function buildContext(): string[] {
  const listed = execFileSync('git', ['ls-files', '-z', '--cached', '--others', '--exclude-standard'], {
    cwd: root,
    encoding: 'utf8',
  })
  const rules = read('.dockerignore')
    .split('\n')
    .filter((line) => line !== '' && !line.startsWith('#'))
    .map((line) => ({ keeps: line.startsWith('!'), pattern: line.replace(/^!/, '') }))
  // The last rule that speaks of a file, or of a folder that it is in, decides.
  const isKept = (path: string) =>
    rules.findLast(({ pattern }) => matchesGlob(path, pattern) || matchesGlob(path, `${pattern}/**`))
      ?.keeps ?? true
  return listed.split('\0').filter((path) => path !== '' && isKept(path))
}

/** The files of the context that a COPY takes, each with its path below the folder that it is copied to. */
export function copied(
  sources: readonly string[],
  context: readonly string[],
): { path: string; to: string }[] {
  return sources.flatMap((source) => {
    const files = context
      .filter((path) => matchesGlob(path, source))
      .map((path) => ({ path, to: posix.basename(path) }))
    const inside = context
      .filter((path) => path.startsWith(`${source}/`))
      .map((path) => ({ path, to: path.slice(source.length + 1) }))
    if (files.length + inside.length === 0) throw new Error(`COPY ${source}: there is no such file`)
    return [...files, ...inside]
  })
}

/** Copies them below a folder. */
export function copyInto(folder: string, files: readonly { path: string; to: string }[]): void {
  for (const { path, to } of files) {
    mkdirSync(posix.dirname(join(folder, to)), { recursive: true })
    cpSync(join(root, path), join(folder, to))
  }
}
