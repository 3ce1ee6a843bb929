/** The load of a GPU as PTX, which every driver assembles for its own GPU: arithmetic in registers, and nothing else. */

/** Blocks that fill a multiprocessor of any generation, which holds 1024 to 2048 threads. */
export const waveGrid = { blocksPerMultiprocessor: 8, threadsPerBlock: 256 } as const

/** About a million issue cycles where 32 lanes do one step (0.5 ms on H100), twice that where 16 do (1.5 ms on A100). */
const repeats = 1000
const chains = ['a', 'b', 'c', 'd'] as const

/**
 * x := 1 - 1.9 x^2 in four independent chains: it is chaotic in -1 to 1, so that bits go on changing, which is what takes
 * power. The store keeps an assembler from leaving it all out. Old version and target, which newer ones all take.
 */
export const waveKernel = `
.version 6.0
.target sm_50
.address_size 64
.global .align 4 .f32 sink;
.visible .entry wave()
{
  .reg .pred %again;
  .reg .b32 %left, %thread;
  .reg .f32 %a, %b, %c, %d, %square;
  mov.u32 %thread, %tid.x;
  cvt.rn.f32.u32 %a, %thread;
  fma.rn.f32 %a, %a, 0f3A000000, 0f3DCCCCCD;
  add.f32 %b, %a, 0f3C23D70A;
  add.f32 %c, %b, 0f3C23D70A;
  add.f32 %d, %c, 0f3C23D70A;
  mov.u32 %left, ${repeats};
again:
${chains.map(stepOf).join('').repeat(8)}
  sub.u32 %left, %left, 1;
  setp.ne.u32 %again, %left, 0;
  @%again bra again;
  add.f32 %a, %a, %b;
  add.f32 %a, %a, %c;
  add.f32 %a, %a, %d;
  st.global.f32 [sink], %a;
  ret;
}
`

/** 0fBFF33333 is -1.9, 0f3F800000 is 1. */
function stepOf(chain: string): string {
  return `
  mul.rn.f32 %square, %${chain}, %${chain};
  fma.rn.f32 %${chain}, %square, 0fBFF33333, 0f3F800000;`
}
