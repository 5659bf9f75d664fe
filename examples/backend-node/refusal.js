// A request that does not get what it asked for: the status and the reason go to whoever asked.

export class Refusal extends Error {
  constructor(status, message) {
    super(message);
    this.status = status;
  }
}
