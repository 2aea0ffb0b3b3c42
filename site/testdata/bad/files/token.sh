#!/bin/bash
echo ${Token[TOKEN.0]}
