/** What the address of an e-mail channel looks like. Without a plus: what follows one is the conversation's token. */
export const CHANNEL_ADDRESS = /^[^\s@<>"',;:()[\]\\+]+@[a-z0-9.-]+$/i;
