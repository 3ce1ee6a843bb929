/** Thermal design power of common CPUs, for estimates where no sensor can be read. */

interface CpuTdp {
  /** Of one package, in watts. */
  tdpW: number
  /** Hardware threads of one package. */
  threads: number
}

/** The data sheet of this CPU model (as /proc/cpuinfo names it); null when it is not in the table. */
export function findCpuTdp(model: string): CpuTdp | null {
  const words = model.replace(/\((R|TM)\)/gi, ' ').split(/[\s@]+/)
  const found = table.find(([name]) => isPhraseOf(name.split(' '), words))
  return found === undefined ? null : { tdpW: found[1], threads: found[2] }
}

/** Whole words only, so that 7543 is not found in 7543P and i7-8700 not in i7-8700K. */
function isPhraseOf(phrase: readonly string[], words: readonly string[]): boolean {
  return words.some((_, start) => phrase.every((word, i) => words[start + i] === word))
}

/**
 * Default TDP (Intel: base power) and threads as the makers list them:
 * https://www.amd.com/en/products/specifications/server-processor.html,
 * https://www.amd.com/en/products/specifications/processors.html, https://www.intel.com/content/www/us/en/ark.html. All but
 * Core i7-14700K and i9-14900K were compared with `cpu_power.csv` of CodeCarbon 3.3.2 or `cpu_specs.csv` of Boavizta 2.5.0.
 */
const table: readonly (readonly [name: string, tdpW: number, threads: number])[] = [
  ['EPYC 7302', 155, 32],
  ['EPYC 7402', 180, 48],
  ['EPYC 7402P', 180, 48],
  ['EPYC 7452', 155, 64],
  ['EPYC 7502', 180, 64],
  ['EPYC 7502P', 180, 64],
  ['EPYC 7543', 225, 64],
  ['EPYC 7551', 180, 64],
  ['EPYC 7601', 180, 64],
  ['EPYC 7662', 225, 128],
  ['EPYC 7702', 200, 128],
  ['EPYC 7702P', 200, 128],
  ['EPYC 7713', 225, 128],
  ['EPYC 7713P', 225, 128],
  ['EPYC 7742', 225, 128],
  ['EPYC 7763', 280, 128],
  ['EPYC 9354', 280, 64],
  ['EPYC 9374F', 320, 64],
  ['EPYC 9454', 290, 96],
  ['EPYC 9474F', 360, 96],
  ['EPYC 9534', 280, 128],
  ['EPYC 9554', 360, 128],
  ['EPYC 9575F', 400, 128],
  ['EPYC 9654', 360, 192],
  ['EPYC 9655', 400, 192],
  ['EPYC 9754', 360, 256],
  ['EPYC 9755', 500, 256],
  ['EPYC 9965', 500, 384],
  ['Ryzen 5 3600', 65, 12],
  ['Ryzen 5 5600X', 65, 12],
  ['Ryzen 5 7600X', 105, 12],
  ['Ryzen 7 3700X', 65, 16],
  ['Ryzen 7 5800X', 105, 16],
  ['Ryzen 7 5800X3D', 105, 16],
  ['Ryzen 7 7700X', 105, 16],
  ['Ryzen 7 7800X3D', 120, 16],
  ['Ryzen 9 3900X', 105, 24],
  ['Ryzen 9 3950X', 105, 32],
  ['Ryzen 9 5900X', 105, 24],
  ['Ryzen 9 5950X', 105, 32],
  ['Ryzen 9 7900X', 170, 24],
  ['Ryzen 9 7950X', 170, 32],
  ['Ryzen 9 7950X3D', 120, 32],
  ['Ryzen 9 9950X', 170, 32],
  ['Ryzen Threadripper 3970X', 280, 64],
  ['Ryzen Threadripper 3990X', 280, 128],
  ['Ryzen Threadripper 7980X', 350, 128],
  ['Ryzen Threadripper PRO 5995WX', 280, 128],
  ['Ryzen Threadripper PRO 7995WX', 350, 192],
  ['Xeon CPU E5-2620 v3', 85, 12],
  ['Xeon CPU E5-2620 v4', 85, 16],
  ['Xeon CPU E5-2650 v4', 105, 24],
  ['Xeon CPU E5-2670 v3', 120, 24],
  ['Xeon CPU E5-2680 v3', 120, 24],
  ['Xeon CPU E5-2680 v4', 120, 28],
  ['Xeon CPU E5-2690 v4', 135, 28],
  ['Xeon CPU E5-2695 v4', 120, 36],
  ['Xeon CPU E5-2698 v4', 135, 40],
  ['Xeon CPU E5-2699 v4', 145, 44],
  ['Xeon Silver 4210 CPU', 85, 20],
  ['Xeon Silver 4214 CPU', 85, 24],
  ['Xeon Silver 4310 CPU', 120, 24],
  ['Xeon Silver 4314 CPU', 135, 32],
  ['Xeon Gold 6130 CPU', 125, 32],
  ['Xeon Gold 6140 CPU', 140, 36],
  ['Xeon Gold 6148 CPU', 150, 40],
  ['Xeon Gold 6226R CPU', 150, 32],
  ['Xeon Gold 6230 CPU', 125, 40],
  ['Xeon Gold 6248 CPU', 150, 40],
  ['Xeon Gold 6248R CPU', 205, 48],
  ['Xeon Gold 6330 CPU', 205, 56],
  ['Xeon Gold 6338 CPU', 205, 64],
  ['Xeon Gold 6342 CPU', 230, 48],
  ['Xeon Gold 6348 CPU', 235, 56],
  ['Xeon Platinum 8160 CPU', 150, 48],
  ['Xeon Platinum 8168 CPU', 205, 48],
  ['Xeon Platinum 8180 CPU', 205, 56],
  ['Xeon Platinum 8260 CPU', 165, 48],
  ['Xeon Platinum 8268 CPU', 205, 48],
  ['Xeon Platinum 8280 CPU', 205, 56],
  ['Xeon Platinum 8358 CPU', 250, 64],
  ['Xeon Platinum 8360Y CPU', 250, 72],
  ['Xeon Platinum 8380 CPU', 270, 80],
  ['Xeon Platinum 8462Y+', 300, 64],
  ['Xeon Platinum 8468', 350, 96],
  ['Xeon Platinum 8470', 350, 104],
  ['Xeon Platinum 8480+', 350, 112],
  ['Xeon Platinum 8490H', 350, 120],
  ['XEON PLATINUM 8558', 330, 96],
  ['XEON PLATINUM 8568Y+', 350, 96],
  ['XEON PLATINUM 8580', 350, 120],
  ['XEON PLATINUM 8592+', 350, 128],
  ['Core i5-8250U CPU', 15, 8],
  ['Core i7-8550U CPU', 15, 8],
  ['Core i7-8700 CPU', 65, 12],
  ['Core i7-8700K CPU', 95, 12],
  ['Core i7-9700K CPU', 95, 8],
  ['Core i9-9900K CPU', 95, 16],
  ['Core i7-10700K CPU', 125, 16],
  ['Core i9-10900K CPU', 125, 20],
  ['Core i7-12700K', 125, 20],
  ['Core i9-12900K', 125, 24],
  ['Core i5-13600K', 125, 20],
  ['Core i7-13700K', 125, 24],
  ['Core i9-13900K', 125, 32],
  ['Core i7-14700K', 125, 28],
  ['Core i9-14900K', 125, 32],
]
