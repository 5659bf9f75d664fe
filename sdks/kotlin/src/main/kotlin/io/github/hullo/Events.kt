package io.github.hullo
fun hello() = 1
