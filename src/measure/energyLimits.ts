/** Every threshold of the energy figures and their warnings, each with its reason. */

export const energyLimits = {
  /** A sensor that publishes every 100 ms errs by 1 % of 10 s at worst: one period of both edges (docs/methodology.md). */
  leastWindowMs: 10_000,
  /** Fewer changes than this say little about a mean (llenergymeasure 0.9 warned at the same count). */
  leastReadCount: 10,
  /** A counter that is silent for this many of its periods has stopped: an even sensor misses none. */
  stuckAfterPeriods: 10,
  /** How far beyond its last value a sensor is extended, in periods: the next one may just be due. */
  reachPeriods: 2,
  /** Half-width of a 95 % interval in standard deviations of a normal distribution. */
  normalQuantile975: 1.96,

  /** A short look at idle power: 30 values of a sensor of 100 ms. */
  baselineLookMs: 3000,
  /** Idle power of an earlier run that is off by more is measured again, in full. */
  baselineDriftShare: 0.05,

  /** Idle power drifts by this share with temperature alone: less is not energy below idle. */
  idleDriftShare: 0.01,

  /** Counters are polled this often around a window: what is left of the error of its edges. */
  burstMs: 1,
  /** Quiet time on each side of a window in publish periods: three changes, and one that just passed. */
  marginPeriods: 3.3,
  /** Quiet time of a power sensor beyond what a step of power is smoothed over, in publish periods. */
  quietPeriods: 2,
  /** A counter that changes with every reading (RAPL, 1 ms) still needs time to show its power. */
  leastMarginMs: 50,
  /** Slower sensors are not aligned to: nobody waits seconds for them around every window. */
  longestMarginMs: 1500,
  /** A change must be stamped to this share of a period or `finestStampMs` to count as an edge. */
  edgeStampShare: 0.2,
  finestStampMs: 2,

  /** How often a sensor publishes, from the times between its changes. */
  period: {
    /** Fewer times than this tell nothing; polls every millisecond are exact. */
    leastChanges: { dense: 3, usual: 10 },
    mostChanges: 200,
    /** Readings that are no further apart are polls. */
    denseMs: 2,
    /** Where fewer times than this hold a reading of the old value, changes were missed. */
    repeatShare: 0.6,
    /** A stated period is believed when what is seen differs by less. */
    tolerance: 0.35,
  },
  /** A meter is read this many times in its period: more tell nothing new, fewer leave out where its edges are. */
  readsPerPeriod: 4,
  /** But no more rarely than usual: when a slow sensor publishes is worth knowing to a small part of its period. */
  slowestReadMs: 50,

  /** Two methods of one domain agree to this share or within their own uncertainties (InferenceX gates at the same). */
  agreementShare: 0.05,
  /** And by this many standard uncertainties besides: beyond them lies one clean run in 16 000. */
  agreementSigmas: 4,
  /** A reading that is a running mean is nearer to that mean than to the other reading by this. */
  averagedShare: 0.5,
  /** A power that is the same to the last digit for so long while the counter's moves is stuck. */
  frozenMs: 2000,
  /** Gains of boards differ by 5 % either way (Yang et al., SC24): a larger ratio is one of scope. */
  scopeShare: 0.12,
  /** Two zones whose powers are this much alike are one sensor. */
  mirrorShare: 1e-6,
  /** How near to the end of a range a counter fell, as a share of it. */
  wrapShare: 0.02,
  /** Of a total and its parts: a wall cannot show less than what it feeds, but for the gains of both. */
  containmentShare: 0.02,
  /** Below this correlation two powers that both move do not belong to one device. */
  leastCorrelation: 0.5,
  /** A power whose coefficient of variation is below this does not move: correlation says nothing of it. */
  leastVariation: 0.05,
  /** A device that is held down for longer than this part of the window is not the one that was asked for. */
  throttledShare: 0.01,
  /** Limits that differ by less are the same. */
  limitShare: 0.005,
  /** llenergymeasure 0.9 warned at the same: 10 K are a few percent of leakage. */
  temperatureDriftC: 10,
  /** Clocks move by a step of 15 MHz all the time; power follows them more than proportionally. */
  clockDriftShare: 0.05,
  /** Fewer looks than this at a device make no drift. */
  leastLooks: 6,
  /** Devices are looked at this often: a look takes some hundred calls of the driver. */
  lookMs: 1000,
  /** Above this many cores, other programs took a share of the package's joules that a reader must know of. */
  busyCores: 0.25,

  /** How near to 2 or 1/2 a ratio is that counts as doubled. */
  doubledTolerance: 0.1,
} as const
