// Loaded before each file of the lab (vitest.config.ts).
import { countTries } from './by-the-clock.ts';

countTries();
