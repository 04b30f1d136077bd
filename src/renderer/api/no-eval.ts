import { z } from 'zod';

// Schemas would write functions at run time, which the page's policy forbids and reports. They decide when they are
// made: this has to be imported before them.
z.config({ jitless: true });
