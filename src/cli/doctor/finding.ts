export type Verdict = 'ok' | 'warn' | 'fail'

/** What one check found, in a sentence. */
export interface Finding {
  readonly check: string
  readonly verdict: Verdict
  readonly sentence: string
}

const finding =
  (verdict: Verdict) =>
  (check: string, sentence: string): Finding => ({ check, verdict, sentence })

export const ok = finding('ok')
export const warn = finding('warn')
export const fail = finding('fail')
