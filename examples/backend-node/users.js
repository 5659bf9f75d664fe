// The users of the app, their passwords and their cookies. All of it is in memory here; in your app it is in your database.
import { randomBytes, scrypt, timingSafeEqual } from 'node:crypto';
import { promisify } from 'node:util';
import { Refusal } from './refusal.js';

const hash = promisify(scrypt);
const HASH_BYTES = 32;

/** A user's name is also the accid at Hullo, which would take any printable ASCII but `.` and `..`: they are something else in a path. */
const NAME = /^(?!\.{1,2}$)[a-z0-9_@.-]{1,32}$/;
const PASSWORD_CHARACTERS_MIN = 8;

export class Users {
  /** By name: `{ name, salt, hashed, generation }`; `generation` is that of the user's login tokens at Hullo. */
  #users = new Map();
  /** The user of each cookie that was given out. */
  #cookies = new Map();

  /** Adds a user. */
  async add(name, password) {
    if (typeof name !== 'string' || !NAME.test(name))
      throw new Refusal(400, 'user: 1 to 32 of a-z, 0-9 and _@.-');
    if (typeof password !== 'string' || password.length < PASSWORD_CHARACTERS_MIN)
      throw new Refusal(400, `password: ${PASSWORD_CHARACTERS_MIN} characters or more`);
    const salt = randomBytes(16);
    const user = { name, salt, hashed: await hash(password, salt, HASH_BYTES), generation: 0 };
    // Nothing waits between these two: of two who want a name at the same moment, one gets it.
    if (this.#users.has(name)) throw new Refusal(409, `${name} is taken`);
    this.#users.set(name, user);
    return user;
  }

  /** Takes a user back, and whatever was given out for it meanwhile. */
  remove(user) {
    this.#users.delete(user.name);
    this.signOut(user);
  }

  /** The user of this name, if the password is theirs. */
  async verify(name, password) {
    if (typeof password !== 'string') throw new Refusal(401, 'wrong user or password');
    const user = this.#users.get(name);
    const hashed = await hash(password, user?.salt ?? randomBytes(16), HASH_BYTES);
    // The same answer, after the same time, for a wrong name and a wrong password.
    if (!user || !timingSafeEqual(hashed, user.hashed)) throw new Refusal(401, 'wrong user or password');
    return user;
  }

  /** A new cookie for a user. */
  signIn(user) {
    const cookie = randomBytes(32).toString('hex');
    this.#cookies.set(cookie, user);
    return cookie;
  }

  /** Whose cookie it is. */
  signedIn(cookie) {
    const user = this.#cookies.get(cookie);
    if (!user) throw new Refusal(401, 'sign in first');
    return user;
  }

  /** Makes every cookie of a user worthless. */
  signOut(user) {
    for (const [cookie, other] of this.#cookies) if (other === user) this.#cookies.delete(cookie);
  }
}
