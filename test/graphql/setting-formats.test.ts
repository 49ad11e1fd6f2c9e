import { beforeAll, describe, expect, it } from 'vitest'
import { openid } from '../../plugins/openid/index.ts'
import { writeNodeId } from '../../src/graphql/node-id.ts'
import { describeEachServer } from '../support/server.ts'

const UPDATE = `mutation($input: UpdateAppSettingInput!) { updateAppSetting(input: $input) {
  ... on App { settings { name value } } ... on InvalidInputError { field message } } }`
const URIS = 'openid.postLogoutRedirectUris'
const NOTICE_URI = 'openid.backchannelLogoutUri'

describeEachServer(
  'settings that are lists or have a format',
  () => ({ plugins: [openid()] }),
  (server) => {
    let appId: string
    let bearer: Record<string, string>
    beforeAll(async () => {
      const admin = await server().createUser({ role: 'admin' })
      bearer = { authorization: `Bearer ${await server().signIn(admin)}` }
      appId = writeNodeId('App', (await server().createApp()).app.id)
    })
    const update = async (name: string, value: string | null) =>
      (await server().graphql(UPDATE, { input: { appId, name, value } }, bearer, '/admin/graphql')).data
        ?.updateAppSetting

    it('a list is written, and read again, with spaces in between', async () => {
      const value = 'https://rp.example/bye com.example.app:/bye'
      expect(await update(URIS, `  ${value.replace(' ', ' \n')} `)).toEqual({ settings: [{ name: URIS, value }] })
      expect(await update(URIS, '')).toEqual({ settings: [{ name: URIS, value: '' }] })
      expect(await update(URIS, null)).toEqual({ settings: [] })
    })

    it('names its kind', async () => {
      const { data } = await server().graphql('{ settings { name kind value } }', {}, bearer, '/admin/graphql')
      expect(data?.settings).toContainEqual({ name: URIS, kind: 'LIST', value: '' })
    })

    describe.each([
      [
        URIS,
        [
          ['https://rp.example/bye javascript:alert(1)', 'not safe'],
          ['https://rp.example/bye#x', 'fragment'],
          ['https://*.example/bye', 'wildcard'],
          ['http://rp.example/bye', 'loopback'],
          ['/bye', 'absolute'],
          [Array.from({ length: 51 }, (_, nth) => `https://rp.example/${nth}`).join(' '), 'does not take'],
        ],
      ],
      [
        NOTICE_URI,
        [
          ['gopher://rp.example/', 'https://'],
          ['https://user:password@rp.example/', 'password'],
          ['https://rp.example/#x', 'fragment'],
          ['rp.example/logout', 'absolute'],
          ['https://rp.example/ü', 'ASCII'],
        ],
      ],
    ])('%s', (name, wrong) => {
      it.each(wrong)('refuses %s', async (value, says) => {
        expect(await update(name, value)).toEqual({ field: ['value'], message: expect.stringContaining(says) })
      })
    })

    it('an empty URL is none', async () => {
      expect(await update(NOTICE_URI, '')).toEqual({ settings: [{ name: NOTICE_URI, value: '' }] })
      expect(await update(NOTICE_URI, null)).toEqual({ settings: [] })
    })
  },
)
