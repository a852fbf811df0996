/**
 * What is wrong with a cell, in words for whoever fills in the table, not for whoever wrote the schema. Called
 * by tables.ts with what zod found.
 */
import type { z } from 'zod'

const typeWords: Readonly<Record<string, string>> = {
  int: 'a whole number',
  number: 'a number',
  string: 'a text',
}

/** "must be at most 90", "is missing", "must be one of camera, traffic_counter, street_sensor". */
export function wordsOf(issue: z.core.$ZodIssue, absent: boolean): string {
  if (absent) return 'is missing'
  switch (issue.code) {
    case 'invalid_type':
      return `must be ${typeWords[issue.expected] ?? `of the type ${issue.expected}`}`
    case 'too_big':
      return issue.origin === 'string'
        ? `must be at most ${issue.maximum} characters`
        : `must be at most ${issue.maximum}`
    case 'too_small':
      return issue.origin === 'string' ? 'must not be empty' : `must be at least ${issue.minimum}`
    case 'invalid_value':
      return `must be one of ${issue.values.join(', ')}`
    case 'invalid_format':
      // The model's own patterns say in words what they take.
      return `must be ${issue.message}`
    default:
      return issue.message
  }
}
