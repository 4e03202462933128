// Asks the server, in JSON. What goes wrong is an answer like any other: status 0 where none came.

/** @typedef {{status: number, data: any}} Answer */

const PATIENCE = 20_000; // ms

export class Server {
  /** @type {string} */
  #token;
  /** @type {string} */
  #me;
  /** @type {(answer: Answer) => void} */
  #tell;
  /** Signed out: nothing is sent before it is sure that the same person signed in again. */
  #locked = false;

  /**
   * tell: hears of every answer.
   * @param {(answer: Answer) => void} tell
   * @param {{token: string, me: string}} given
   */
  constructor(tell, { token, me }) {
    [this.#tell, this.#token, this.#me] = [tell, token, me];
  }

  /** The path is under the address of the appeal. @type {(method: string, path: string, body?: unknown) => Promise<Answer>} */
  async ask(method, path, body) {
    let answer = this.#locked ? await this.#unlock() : await this.#once(method, path, body);
    if (this.#locked && answer.status === 200) {
      this.#locked = false;
      answer = await this.#once(method, path, body);
    } else if (answer.status === 403 && answer.data?.me === this.#me) {
      this.#token = answer.data.token; // the page was older than the session allows
      answer = await this.#once(method, path, body);
    } else if (answer.status === 401 || (answer.status === 403 && answer.data?.me)) {
      this.#locked = true;
      answer.status = 401;
    }
    this.#tell(answer);
    return answer;
  }

  /** The state, where the same person is signed in again. */
  async #unlock() {
    const answer = await this.#once("GET", "bench.json");
    if (answer.status !== 200) return answer;
    if (answer.data.me !== this.#me) return { status: 401, data: { me: answer.data.me } };
    this.#token = answer.data.token;
    return answer;
  }

  /** What is sent while the page goes away; nobody waits for the answer. @type {(method: string, path: string, body: unknown) => void} */
  last(method, path, body) {
    const headers = { "X-CSRFToken": this.#token, "Content-Type": "application/json" };
    fetch(path, { method, headers, body: JSON.stringify(body), keepalive: true }).catch(() => {});
  }

  /** @type {(method: string, path: string, body?: unknown) => Promise<Answer>} */
  async #once(method, path, body) {
    const headers = { "X-CSRFToken": this.#token, "Content-Type": "application/json", Accept: "application/json" };
    const json = body === undefined ? undefined : JSON.stringify(body);
    try {
      const signal = AbortSignal.timeout(PATIENCE);
      const response = await fetch(path, { method, headers, body: json, signal, redirect: "error" });
      const data = await response.json().catch(() => null);
      // an answer of somebody between us and the server, such as a page where one pays for the network
      return { status: response.ok && data === null && response.status !== 204 ? 0 : response.status, data };
    } catch {
      return { status: 0, data: null };
    }
  }
}
