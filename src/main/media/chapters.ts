import { randomUUID } from 'node:crypto';
import { setTimeout } from 'node:timers/promises';
import { AV_LOG_FATAL, AV_LOG_INFO } from 'node-av/constants';
import { type FormatContext, Log } from 'node-av/lib';
import type { Chapter } from './media-info.ts';

/**
 * The binding does not show FFmpeg's chapters, but FFmpeg prints them when asked to describe a file. The log
 * belongs to the whole process, so descriptions are taken one at a time.
 */
const turns: { last: Promise<unknown> } = { last: Promise.resolve() };

/** The chapters of an opened file, in its own timeline. */
export async function readChapters(format: FormatContext): Promise<readonly Chapter[]> {
  const mine = turns.last.then(() => describe(format));
  turns.last = mine.catch(() => undefined);
  return parseChapters(await mine);
}

async function describe(format: FormatContext): Promise<string[]> {
  const marker = randomUUID();
  const messages: string[] = [];
  let markers = 0;
  Log.setCallback((_level, message) => {
    if (message.includes(marker)) markers++;
    else if (markers === 1) messages.push(message);
  });
  try {
    // The messages arrive later, but they are made here, so that nothing else is heard in between.
    Log.setLevel(AV_LOG_INFO);
    Log.log(AV_LOG_INFO, marker);
    format.dumpFormat(0, 'input', false);
    Log.log(AV_LOG_INFO, marker);
    Log.setLevel(AV_LOG_FATAL);
    // Waiting messages do not keep the process alive, a timer does.
    while (markers < 2) await setTimeout(1);
  } finally {
    Log.resetCallback();
  }
  return messages;
}

const CHAPTER = /^ +Chapter #\d+:\d+: $/;
const START = /^start (-?[\d.]+), $/;
const END = /^end (-?[\d.]+)$/;
const TITLE = /^ +title +: $/;

/**
 * Reads the chapters out of FFmpeg's description of a file, which comes in pieces: a line may be several messages,
 * and the end of a line of metadata is an empty one.
 */
export function parseChapters(messages: readonly string[]): Chapter[] {
  const chapters: { startSeconds: number; endSeconds: number; title: string }[] = [];
  let current: (typeof chapters)[number] | undefined;
  let inTitle = false;
  for (const message of messages) {
    const [, start] = START.exec(message) ?? [];
    const [, end] = END.exec(message) ?? [];
    if (CHAPTER.test(message)) {
      current = { startSeconds: 0, endSeconds: 0, title: '' };
      chapters.push(current);
    } else if (/^ +(Stream|Program|Stream group) #|^ +Program /.test(message)) {
      current = undefined;
    } else if (!current) {
      continue;
    } else if (inTitle) {
      if (message === '') inTitle = false;
      else current.title += message;
    } else if (start !== undefined) {
      current.startSeconds = Number(start);
    } else if (end !== undefined) {
      current.endSeconds = Number(end);
    } else if (TITLE.test(message)) {
      inTitle = true;
    }
  }
  return chapters;
}

/** The chapters of a part of the timeline, counted from its start; those outside it are left out. */
export function cutChapters(
  chapters: readonly Chapter[],
  startSeconds: number,
  endSeconds = Infinity,
): Chapter[] {
  return chapters
    .filter((chapter) => chapter.endSeconds > startSeconds && chapter.startSeconds < endSeconds)
    .map((chapter) => ({
      startSeconds: Math.max(0, chapter.startSeconds - startSeconds),
      endSeconds: Math.min(chapter.endSeconds, endSeconds) - startSeconds,
      title: chapter.title,
    }));
}
