import { execFile } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { beforeAll, expect, it } from 'vitest'
import { needProgram } from '../../support/programs.ts'
import { describeEachServer } from '../../support/server.ts'
import { NOBODYS, PASSWORD, plugins, usergridAt } from './usergrid.ts'

const run = promisify(execFile)
const PAGE = readFileSync(join(import.meta.dirname, 'page.md'), 'utf8')

/** A snippet as it is printed, but for the host. */
function snippet(language: string, url: string): string {
  const [, printed = ''] = new RegExp(`\`\`\`${language}\n([^]*?)\n\`\`\``).exec(PAGE) ?? []
  return printed.replaceAll('https://api.usergrid.com', url)
}

/** What the page takes for granted in Ruby: its own gem is this resource of rest-client's, below `management`. */
const RUBY = `require 'rest-client'
module Usergrid
  class Management
    def self.new(url) = RestClient::Resource.new("#{url}management")
  end
end
puts(begin
`

/** What it takes for granted in Node.js. */
const nodeJs = (url: string) => `var usergrid = require('usergrid')
var client = new usergrid.client({ URI: '${url}', orgName: 'acme', appName: 'planner' })
`

/** The module is older than the storage that it would find in Node.js, and takes it for that of a browser. */
async function runNodeJs(script: string): Promise<string> {
  const flags = ['--no-deprecation', '--no-experimental-webstorage']
  return (await run(process.execPath, [...flags, '-e', script])).stdout
}

describeEachServer(
  'the page on client authorization',
  () => ({ plugins: plugins() }),
  (server) => {
    beforeAll(async () => {
      await needProgram({ title: 'curl', names: ['curl'], debianPackages: ['curl'] })
      const debianPackages = ['ruby', 'ruby-rest-client']
      await needProgram({ title: 'Ruby with rest-client', names: ['restclient'], debianPackages })
    })

    const expectForm = (page: string) => {
      expect(page).toContain('<title>Sign In</title>')
      expect(page).toContain('<input type="hidden" name="response_type" value="token">')
      expect(page).toContain(`<input type="hidden" name="client_id" value="${NOBODYS}">`)
    }

    it('curl shows the form', async () => {
      expectForm((await run('sh', ['-c', snippet('curl', server().url)])).stdout)
    })

    it('Ruby, by rest-client, shows the form', async () => {
      expectForm((await run('ruby', ['-e', `${RUBY}${snippet('ruby', server().url)}\nend)`])).stdout)
    })

    it('2: the Node.js module (usergrid 0.10.11) calls back without an error, with the form', async () => {
      const script = (nodeJs(server().url) + snippet('js', server().url))
        .replace(/\/\/error .*/, 'throw new Error(String(data.statusCode))')
        .replace(/\/\/success .*/, 'process.stdout.write(data)')
      expectForm(await runNodeJs(script))
    })

    it('its login signs a user of an application in, once an admin has said by which app', async () => {
      const usergrid = usergridAt(server)
      const { username } = await usergrid.user()
      const app = await usergrid.managementApp()
      await usergrid.setForApp(app, 'organization', 'acme')
      await usergrid.setForApp((await server().core.apps.byId(app.id)) ?? app, 'application', 'planner')
      const login = `client.login('${username}', '${PASSWORD}', function (err, data, user) {
        process.stdout.write(JSON.stringify({ err, username: user.get('username'), token: client.token }))
      })`
      expect(JSON.parse(await runNodeJs(nodeJs(server().url) + login))).toEqual({
        err: null,
        username,
        token: expect.stringMatching(/^YWMt/),
      })
    })
  },
)
