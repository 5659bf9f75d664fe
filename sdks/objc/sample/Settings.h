// What `hullo app create` and the account's token are: fill these in. An app of your own gets tokens from its backend.
// SPDX-License-Identifier: MIT OR Apache-2.0

#import <Foundation/Foundation.h>

static NSString *const kServer = @"https://calls.example.com";
static NSString *const kAppKey = @"your app key";
static NSString *const kUser = @"alice";
static NSString *const kToken = @"her login token";
