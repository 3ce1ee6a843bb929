/** A Python in which torch and transformers are stubs: the worker program of the pytorch backend runs, no model does. */

import { fileURLToPath } from 'node:url'
import { packageRoot } from '../core/programs.ts'

export const stubPython = {
  PATH: process.env['PATH'],
  PYTHONPATH: fileURLToPath(new URL('src/testing/fixtures/python', packageRoot)),
} as const
