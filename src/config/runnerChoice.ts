/** Where somebody wants a backend to run and in which image, as written in a study, the user's configuration or a variable. */

import { z } from 'zod'

export interface RunnerChoice {
  mode: 'local' | 'docker'
  /** The image behind `docker:`; null when none is named. */
  image: string | null
}

const runnerPattern = /^(local|docker)$|^docker:(\w\S*)$/

export const runnerChoiceSchema = z
  .string()
  .regex(runnerPattern, 'expected local, docker or docker:<image>')

export const imageNameSchema = z.string().regex(/^\w\S*$/, 'expected the name of an image')

/** Null for a text that is no choice. */
export function parseRunnerChoice(text: string): RunnerChoice | null {
  const [isChoice, plain, image] = runnerPattern.exec(text) ?? []
  if (isChoice === undefined) return null
  return image === undefined
    ? { mode: plain === 'local' ? 'local' : 'docker', image: null }
    : { mode: 'docker', image }
}
