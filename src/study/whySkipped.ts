/** Why runs were left over when a study ended, for the summary. */

import type { StudySettings } from '../config/studyConfig.ts'
import type { StudyStatus } from '../core/events.ts'

export function whySkipped(status: StudyStatus, execution: StudySettings['execution']): string {
  switch (status) {
    case 'completed':
      return 'there was nothing left to do'
    case 'interrupted':
      return 'the study was interrupted'
    case 'circuit_broken':
      return `${execution.max_consecutive_failures} runs failed in a row, and the trial after a rest failed too`
    case 'failed_fast':
      return 'a run failed, and execution.fail_fast is set'
    case 'timed_out':
      return `the time of the study was up (execution.wall_clock_timeout_hours ${execution.wall_clock_timeout_hours})`
  }
}
