/** How the Hugging Face hub is reached: `HF_ENDPOINT` and `HF_TOKEN` as its own tools read them. */

import type { WorkerContext } from '../context.ts'

export interface HubAccess {
  /** Without credentials and without a slash at the end. */
  hubUrl: string
  /** Ends with the experiment's signal; sends the token to the hub itself and to no other host. */
  fetch: typeof fetch
}

export function hubAccess({ env, signal }: Pick<WorkerContext, 'env' | 'signal'>): HubAccess {
  const endpoint = env['HF_ENDPOINT'] || 'https://huggingface.co'
  // Not printed: it may hold a password.
  if (!/^https?:\/\//.test(endpoint) || !URL.canParse(endpoint)) {
    throw new Error('HF_ENDPOINT is not a URL')
  }
  const { origin, pathname } = new URL(endpoint)
  const token = env['HF_TOKEN']
  return {
    hubUrl: `${origin}${pathname}`.replace(/\/+$/, ''),
    fetch: (input, init) => {
      const request = new Request(input, { ...init, signal })
      if (token && new URL(request.url).origin === origin) {
        request.headers.set('authorization', `Bearer ${token}`)
      }
      return fetch(request)
    },
  }
}
