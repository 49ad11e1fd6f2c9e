/** What the system's page "Authorization" has one write, as it is printed there, but for the host. */

/** 2. Create a Basic Authentication header */
export const HEADER_SNIPPET =
  // biome-ignore lint/suspicious/noTemplateCurlyInString: it is the text of a program
  "const h = 'Basic ' + new Buffer(`${CLIENT_ID}:${CLIENT_SECRET}`).toString('base64');"

/** 3. Request an API Access Token */
export const requestSnippet = (origin: string): string => `axios({
    url: '${origin}/token', 
    method: 'POST',
    headers: {
        'Content-Type': 'application/x-www-form-urlencoded',
        'Authorization': 'Basic ' + new Buffer(\`\${CLIENT_ID}:\${CLIENT_SECRET}\`).toString('base64'),
    },
    data: {
        grant_type: 'client_credentials',
        scope: 'openid admin',
    }
});`
