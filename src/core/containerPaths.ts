/** Where a container finds what we mount into it. Nothing of these names is in any image. */

export const containerPaths = {
  /** Our Node, our built files and the packages they import, side by side. */
  program: '/llem',
  node: '/llem/node',
  /** The home directory: gone with the container. */
  home: '/llem-home',
  /** The tree of RAPL, which container engines hide in its own place. */
  powercap: '/llem-powercap',
} as const
