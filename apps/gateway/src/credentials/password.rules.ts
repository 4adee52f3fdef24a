import { applyDecorators } from '@nestjs/common';
import { buildMessage, IsString, MaxLength, MinLength, ValidateBy } from 'class-validator';

export const MIN_PASSWORD = 12;

/** Of the usual lists of the most used passwords, those that are long enough for us. Compared in lower case. */
const COMMON = new Set(
  `123123123123 123456123456 1234567890123 123456789012 12345678910 1234567891011 12345678901234567890 0123456789012 987654321098
   1q2w3e4r5t6y 1q2w3e4r5t6y7u8i q1w2e3r4t5y6 1qaz2wsx3edc 1qaz2wsx3edc4rfv qazwsxedcrfv qwertyuiop12 qwertyuiop123 qwertyuiop[] qwertyqwerty
   qwerty123456 qwerty1234567 qwertyuiopasdfghjkl asdfghjkl123 asdfghjklzxcvbnm zxcvbnm12345 abcdefghijkl abcdefghijklmnop abcd1234abcd
   abc123abc123 a1b2c3d4e5f6 password1234 password12345 password123456 passwordpassword passw0rd1234 password123! p@ssw0rd1234 mypassword123
   administrator administrator1 admin1234567 adminadminadmin admin123admin rootrootroot welcome12345 welcome123456 welcomewelcome changeme1234
   changemechangeme letmeinletmein letmein12345 iloveyou1234 iloveyou12345 iloveyouiloveyou football1234 baseball1234 superman1234 sunshine1234
   princess1234 dragon123456 monkey123456 michelle1234 charlie12345 hello1234567 hallo1234567 hallohallohallo passwort1234 passwort12345
   passwortpasswort geheim123456 willkommen12 willkommen123 sommer2024!! sommer2025!! winter2024!! winter2025!! test12345678 testtesttest
   unknown12345 liverpool123 manchester12 startrek1234 starwars1234 pokemon12345 minecraft123 computer1234 internet1234 whatever1234
   secret123456 trustno1trustno1 helpdesk1234 helpdeskhelpdesk support12345 supportsupport`.split(/\s+/),
);

/** One of the most used, or one short piece over and over. */
export const isCommonPassword = (password: string): boolean =>
  COMMON.has(password.toLowerCase().trim()) || /^(.{1,3})\1+.{0,2}$/su.test(password);

/** A password somebody chooses. */
export const IsNewPassword = () =>
  applyDecorators(
    IsString(),
    MinLength(MIN_PASSWORD),
    MaxLength(1_000),
    ValidateBy({
      name: 'isUncommon',
      validator: {
        validate: (value) => typeof value !== 'string' || !isCommonPassword(value),
        defaultMessage: buildMessage((prefix) => `${prefix}$property is one of the passwords that are tried first`),
      },
    }),
  );
