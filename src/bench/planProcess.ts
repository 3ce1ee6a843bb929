/** Loads, plans and writes the study of its first argument below its second, and prints what that took. */

import { loadStudy } from '../config/loadStudy.ts'
import { writePlan } from '../store/planFile.ts'
import { createStudyDirectory } from '../store/studyDirectory.ts'
import { loadSections } from '../study/loadSections.ts'
import { planStudy } from '../study/planStudy.ts'

const [file = '', resultsDir = ''] = process.argv.slice(2)
const sections = await loadSections()
const startMs = performance.now()
const study = await loadStudy(file, { overrides: [], sections })
const plan = planStudy(study, () => ({ mode: 'local', image: null, source: 'default' }))
await writePlan(await createStudyDirectory(resultsDir, plan.settings.name, new Date()), plan)
const durationMs = performance.now() - startMs
// getrusage(2): KiB.
const peakMebibytes = process.resourceUsage().maxRSS / 1024
process.stdout.write(JSON.stringify({ durationMs, peakMebibytes }))
