//! Comments that are orders or texts: `@@@` is what a change puts something else for.

/// Texts that functions of JavaScript may be there for.
pub const TEXTS_OF_FUNCTIONS: &[(&str, &str)] = &[
    ("a.js", "x(function(){/*\n@@@\n*/})\n"),
    ("a.js", "x(function(){ // y\n/*\n@@@\n*/})\n"),
    ("a.js", "x(function(){ /* y */ /*\n@@@\n*/})\n"),
    ("a.js", "x(function(){ // y\n// z\n\n/*\n@@@\n*/\n// z\n})\n"),
    ("a.js", "function f() /* y */ {\n/*\n@@@\n*/\n}\n"),
    ("a.js", "function f() // y\n{\n/* z */\n/*\n@@@\n*/\n}\n"),
    ("a.js", "const f = () => /* y */ {/*\n@@@\n*/}\n"),
    ("a.js", "const f = () => {\n// y\n/*!\n@@@\n*/\nreturn 1 }\n"),
    ("a.js", "const f = () => { // y\n/*\n@@@\n*/\nconsole.log }\n"),
    ("a.js", "const f = () => { return;\n/*\n@@@\n*/\n}\n"),
    ("a.js", "const f = y =>\n/*\n@@@\n*/ y\n"),
    ("a.js", "const f = () => { /* y\n@@@\n*/ return 1 }\n"),
    ("a.js", "class A {\n/*\n@@@\n*/\n}\n"),
    ("a.js", "class A { get y() {\n// z\n/*\n@@@\n*/\n} }\n"),
    ("a.js", "function f(\n/*\n@@@\n*/\n) {}\n"),
    ("a.js", "function f() {\n// @@@\n}\n"),
    ("a.js", "function f() {\n// y\n/* @@@ */\n}\n"),
    ("a.js", "x(function(){ // it's {\n/*\n@@@\n*/})\n"),
    ("a.js", "x(function(){ // }\n/*\n@@@\n*/})\n"),
    ("a.js", "x(function(){ // a */ /*\n/*\n@@@\n*/})\n"),
    ("a.js", "x(function(){ 'use strict';\n/*\n@@@\n*/})\n"),
    ("a.js", "x(function(){ { ;\n/*\n@@@\n*/} })\n"),
    ("a.js", "x(function(){\u{a0}/*\n@@@\n*/})\n"),
    ("a.js", "y = /[/*]/; x(function(){\n/*\n@@@\n*/})\n"),
    ("a.js", "y = `{`; x(function(){\n/*\n * a\n@@@\n */ y })\n"),
    ("a.ts", "function f(): void {\n/*\n@@@\n*/}\n"),
    ("a.ts", "function f(): A<{a: 1}> { // y\n/*\n@@@\n*/}\n"),
];

/// Orders to tools that a comment is read by before code is, or that read comments alone.
pub const ORDERS: &[(&str, &str)] = &[
    // To a shell these are paths.
    ("a.go", "//usr/bin/env @@@ \"$0\"; exit\n\npackage x\n"),
    ("a.go", "//bin/@@@ \"$0\"; exit\n\npackage x\n"),
    ("a.rs", "///opt/x/@@@ \"$0\"; exit\nfn main() {}\n"),
    ("a.c", "/*/../bin/@@@ \"$0\"; exit\n*/\nint x;\n"),
    // Code that a build leaves out.
    ("a.js", "x()\n// #ifdef @@@\ny()\n// #endif\n"),
    ("a.js", "x()\n/* #ifdef @@@ */\ny()\n/* #endif */\n"),
    ("a.ts", "x()\n/// #if @@@\ny()\n/// #endif\n"),
    ("a.ts", "x()\n///#elif @@@\ny()\n"),
    ("a.js", "x()\n// #!if @@@\ny()\n// #!endif\n"),
    ("a.js", "x()\n// removeIf(@@@)\ny()\n// endRemoveIf(@@@)\n"),
    // Settings of the tool that runs the file, or makes code of it.
    ("config.ru", "#\\ -p 9292 -o @@@\nrun App\n"),
    ("a.php", "<?php\n/*\nNetwork: @@@\nPlugin Name: X\n*/\nx();\n"),
    ("a.scala", "/***\nscalaVersion := \"@@@\"\n*/\nobject A\n"),
    ("a.sc", "// using lib \"@@@:b:1\"\nx\n"),
    ("a.sc", "//using lib \"@@@:b:1\"\nx\n"),
    ("a.swift", "x()\n// sourcery: AutoMockable=@@@\nprotocol A {}\n"),
    ("a.c", "x();\n// RUN: @@@ %s\ny();\n"),
    ("a.sh", "#!/bin/sh\n# PROVIDE: @@@\nx\n"),
    ("a.sh", "#!/bin/sh\n# REQUIRE: @@@\nx\n"),
    ("a.yaml", "a: 1\n# kpt-set: @@@\nb: 1\n"),
    ("a.yaml", "#!py\n# @@@\na: 1\n"),
    ("a.sql", "x;\n/* Some text.\n!! @@@\n*/\ny;\n"),
    ("a.graphql", "#   import A from \"@@@\"\ntype A { a: Int }\n"),
    ("a.graphql", "#\t\timport A from \"@@@\"\ntype A { a: Int }\n"),
    ("a.go", "x()\n//seed:@@@\ny()\n"),
    // What another program reads first.
    ("Containerfile.in", "#define BASE @@@\nFROM BASE\n"),
    ("Dockerfile.in", "#ifdef @@@\nFROM x\n#endif\n"),
    ("Dockerfile", "# escape=`\nFROM x\nRUN a `\n  # @@@\n  && b\n"),
    ("Makefile", "all:\n\ta <<\n# @@@\n<<\n"),
    // Scripts that read themselves.
    ("a.sh", "x\nsed -n \"s/^#X //p\" \"$0\" | sh\n#X @@@\n"),
    ("a.sh", "# @@@\ngrep '^# ' $0 | cut -c3- | sh\n"),
    ("a.sh", "# @@@\nsh < \"${0}\"\n"),
    ("a.sh", "# @@@\nme=$0\nx \"$me\"\n"),
    ("a.sh", "# @@@\ntail -n +5 \"${BASH_SOURCE[0]}\" | sh\n"),
    // Elements that only look like comments, and bytes that are other characters.
    ("a.xml", "<a>\n<!--/*/ <@@@/> /*/-->\n</a>\n"),
    ("a.xml", "<a>\n<!-- ko if: @@@ -->\n<b/>\n<!-- /ko -->\n</a>\n"),
    ("a.xml", "<?xml\nversion=\"1.0\"\n\nencoding=\"ibm037\"?>\n<a>\n<!-- @@@ -->\n</a>\n"),
    // Indentation within an order.
    ("a.js", "/**\n@openapi\n/u:\n  get:\n    @@@s: 1\n*/\nx()\n"),
];

/// What looks a little like the above, and is a remark.
pub const REMARKS: &[(&str, &str)] = &[
    ("a.js", "x()\n// #region @@@\ny()\n// #endregion\n"),
    ("a.js", "x()\n// #12 @@@\ny()\n"),
    ("a.js", "x()\n// and/or @@@\ny()\n"),
    ("a.js", "x()\n//https://a.example/@@@\ny()\n"),
    ("a.js", "/*\nLicence @@@\n*/\nx()\n"),
    ("a.js", "x(() => {\n  /*\n   * @@@\n   */\n  y()\n})\n"),
    ("a.js", "x(() => {\n  // @@@\n  y()\n})\n"),
    ("a.ts", "class A {\n  /**\n   * @@@\n   */\n  x() {}\n}\n"),
    ("a.py", "# if @@@\nx()\n"),
    ("a.sh", "x\ncd \"$(dirname \"$0\")\"\n# @@@\n"),
    ("a.sh", "awk '{ print $0 }' f\n# @@@\n"),
    ("a.sh", "echo \"usage: $0 a\"\n# @@@\n"),
    ("a.yaml", "#!/usr/bin/env ansible-playbook\n# @@@\na: 1\n"),
    ("a.yaml", "#!jinja|yaml\n# @@@\na: 1\n"),
    ("a.go", "x()\n// todos: @@@\ny()\n"),
];
