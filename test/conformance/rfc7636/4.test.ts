import { createHash } from 'node:crypto'
import { expect, it } from 'vitest'
import { CHALLENGE, describeConformance, locationOf, membersOf, VERIFIER } from '../support.ts'

describeConformance('RFC 7636 §4, protocol', (flow) => {
  it('the example of appendix B works', async () => {
    expect(CHALLENGE).toBe('E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM')
    const made = await flow.makeApp({ type: 'public' })
    expect((await flow.exchange(made, await flow.code(made))).status).toBe(200)
  })

  it('the challenge stays with its own code, and cannot be read out of it (§4.4)', async () => {
    const made = await flow.makeApp({ type: 'public' })
    const [first, second] = [
      await flow.approved(made),
      await flow.approved(made, { code_challenge: CHALLENGE.toLowerCase() }),
    ]
    for (const back of [first, second]) {
      expect(locationOf(back).href).not.toContain(CHALLENGE)
      expect(Buffer.from(membersOf(back).code ?? '', 'base64url').toString()).not.toContain(CHALLENGE)
    }
    expect((await flow.exchange(made, membersOf(second).code ?? '')).body.error).toBe('invalid_grant')
    expect((await flow.exchange(made, membersOf(first).code ?? '')).status).toBe(200)
  })

  it('a missing challenge or another transformation is invalid_request, and the sentence says which (§4.4.1)', async () => {
    const made = await flow.makeApp({ type: 'public' })
    for (const [more, says] of [
      [{ code_challenge: '', code_challenge_method: '' }, /code_challenge/],
      [{ code_challenge_method: 'plain' }, /code_challenge_method|S256/],
      [{ code_challenge_method: '' }, /code_challenge_method|S256/],
    ] as const) {
      const { error, error_description } = membersOf(await flow.authorize(await flow.person(), made, more))
      expect([error, error_description]).toEqual(['invalid_request', expect.stringMatching(says)])
    }
  })

  it('a verifier of the wrong length or characters is none, whatever it hashes to (§4.1, §4.6)', async () => {
    const made = await flow.makeApp({ type: 'public' })
    for (const code_verifier of ['a', 'a'.repeat(42), 'a'.repeat(129), `${'a'.repeat(42)}+`, `${'a'.repeat(42)}é`]) {
      const code_challenge = createHash('sha256').update(code_verifier).digest('base64url')
      const answer = await flow.exchange(made, await flow.code(made, { code_challenge }), { code_verifier })
      expect(answer, code_verifier).toMatchObject({ status: 400, body: { error: 'invalid_grant' } })
    }
    for (const code_verifier of ['a'.repeat(43), '-._~'.repeat(32)]) {
      const code_challenge = createHash('sha256').update(code_verifier).digest('base64url')
      const code = await flow.code(made, { code_challenge })
      expect((await flow.exchange(made, code, { code_verifier })).status).toBe(200)
    }
  })

  it('a verifier is hashed by the method of the request: the challenge itself is none (§4.5, §4.6)', async () => {
    const made = await flow.makeApp({ type: 'public' })
    for (const code_verifier of [CHALLENGE, '', `${VERIFIER}=`, VERIFIER.toUpperCase()]) {
      const answer = await flow.exchange(made, await flow.code(made), { code_verifier })
      expect(answer, code_verifier).toMatchObject({ status: 400, body: { error: 'invalid_grant' } })
    }
  })
})
