#!/usr/bin/env node
import { runCli } from '@rookery/cli';

void runCli();
