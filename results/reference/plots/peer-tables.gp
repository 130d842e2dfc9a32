# Beside KVM: pages of EPT or shadow tables (emulated machine)
# Makes peer-tables.svg and peer-tables.png: run it in this folder.
set encoding utf8
do for [kind in "svg png"] {
reset
set datafile separator "\t"
set datafile columnheaders
set datafile missing "-"
if (kind eq "svg") {
  set terminal svg size 680,1307 dynamic enhanced font "DejaVu Sans,14" background "#ffffff"
} else {
  set terminal pngcairo size 1360,2614 enhanced font "DejaVu Sans,14" fontscale 1.5 linewidth 2 pointscale 2 background "#ffffff"
}
set output "peer-tables.".kind
set border 3 lc rgb "#808080"
set tics nomirror out scale 0.5 tc rgb "#000000"
set grid back lc rgb "#d8d8d8" lw 1 dt 1
set style fill border -1
set label "{/:Bold Beside KVM: pages of EPT or shadow tables}" at screen 0.012, screen 0.9862 left
set label "{/*0.86 emulated machine · ours ÷ KVM's, log axis}" at screen 0.012, screen 0.9694 left
set yrange [-46.05:0]
set lmargin at screen 0.345
set tmargin at screen 0.9373
set bmargin at screen 0.0566
set border 1
unset key
set grid noytics xtics
unset ytics
set ytics scale 0 noenhanced tc rgb "#000000" ("dense-sequential: first-touch" -1.90, "hot-set: first-touch" -2.90, "sparse-stride: first-touch" -3.90, "random: first-touch" -4.90, "pointer-chase: build" -5.90, "reach: first-touch" -6.90, "mprotect: warm-up" -7.90, "pte-edit: warm-up" -8.90, "switch: first-round" -9.90, "kpti: first-calls" -10.90, "dense-sequential: warm" -13.05, "hot-set: hot" -14.05, "sparse-stride: warm" -15.05, "random: update" -16.05, "pointer-chase: chase" -17.05, "reach: access" -18.05, "demand-paging: again" -19.05, "accessed-scan: scan" -20.05, "mixed: work" -21.05, "demand-paging: demand" -23.20, "churn" -24.20, "mprotect: flip" -25.20, "pte-edit: edit" -26.20, "switch" -27.20, "kpti: call" -28.20, "fork" -29.20, "fork: child-write" -30.20, "fork: parent-write" -31.20, "fork: exit" -32.20, "accessed-scan: clear" -33.20, "accessed-scan: touch" -34.20, "mixed: start" -35.20, "mixed: protect" -36.20, "mixed: copy" -37.20, "mixed: scan" -38.20, "mixed: unmap" -39.20, "dirty-log: start (log=fault)" -40.20, "dirty-log: round (log=fault)" -41.20, "hypercall: warm" -43.35, "port-io: out" -44.35, "port-io: in" -45.35)
set label "{/:Bold Cold: tables being filled}" at screen 0.012, first -0.90 left front
set label "{/:Bold Warm: nothing changes}" at screen 0.012, first -12.05 left front
set label "{/:Bold Change: page-table work}" at screen 0.012, first -22.20 left front
set label "{/:Bold Price of an exit}" at screen 0.012, first -42.35 left front
set rmargin at screen 0.95
set logscale x 2
set xrange [0.25:2]
set xtics ("1/4" 0.25, "1/2" 0.5, "1" 1, "2" 2)
set label "ours fewer ←  ours ÷ KVM  → KVM fewer" at screen 0.985, screen 0.0138 right font ",12"
set arrow from 1, graph 0 to 1, graph 1 nohead back lc rgb "#808080" lw 1.6
set label "EPT" at screen 0.024, screen 0.9526 left noenhanced font ",12" point pt 7 ps 1 lw 1.6 lc rgb "#0060a8" offset 0.9,-0.25
set label "shadow paging (unsync)" at screen 0.106, screen 0.9526 left noenhanced font ",12" point pt 5 ps 1 lw 1.6 lc rgb "#e08a00" offset 0.9,-0.25
plot "peer-tables.tsv" using (column("spt")):(column("y")-0.16) with points pt 5 ps 0.95 lc rgb "#e08a00" notitle, \
  "peer-tables.tsv" using (column("ept")):(column("y")+0.16) with points pt 7 ps 0.95 lc rgb "#0060a8" notitle
unset output
}
